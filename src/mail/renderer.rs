//! Renders emails from templates. A file of the same name in the template folder replaces a built-in template.

use std::path::PathBuf;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, context};

use crate::error::{Error, Result};
use crate::mail::values::{values_of_account, values_of_customer};
use crate::model::{EmailTemplate, Handover, Level, Name, RenderedEmail, Sender, SenderRole};
use crate::ops::warning::Notice;
use crate::store::files::SmallFile;

/// The width of an email's text, in columns.
const WIDTH: usize = 72;

const BUILT_IN: [(&str, &str); 29] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("low-upper.txt", include_str!("templates/low-upper.txt")),
    ("low-upper.html", include_str!("templates/low-upper.html")),
    ("low-lower.txt", include_str!("templates/low-lower.txt")),
    ("low-lower.html", include_str!("templates/low-lower.html")),
    ("internal.txt", include_str!("templates/internal.txt")),
    ("internal.html", include_str!("templates/internal.html")),
    ("recovered.txt", include_str!("templates/recovered.txt")),
    ("recovered.html", include_str!("templates/recovered.html")),
    ("account.txt", include_str!("templates/account.txt")),
    ("account.html", include_str!("templates/account.html")),
    ("account-notes.txt", include_str!("templates/account-notes.txt")),
    ("welcome.txt", include_str!("templates/welcome.txt")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("handover.txt", include_str!("templates/handover.txt")),
    ("handover.html", include_str!("templates/handover.html")),
    ("prices.txt", include_str!("templates/prices.txt")),
    ("prices.html", include_str!("templates/prices.html")),
    ("invoice.txt", include_str!("templates/invoice.txt")),
    ("invoice.html", include_str!("templates/invoice.html")),
    ("credit-note.txt", include_str!("templates/credit-note.txt")),
    ("credit-note.html", include_str!("templates/credit-note.html")),
    ("pro-forma.txt", include_str!("templates/pro-forma.txt")),
    ("pro-forma.html", include_str!("templates/pro-forma.html")),
    ("reminder.txt", include_str!("templates/reminder.txt")),
    ("reminder.html", include_str!("templates/reminder.html")),
    ("bank-details.html", include_str!("templates/bank-details.html")),
    ("test.txt", include_str!("templates/test.txt")),
    ("test.html", include_str!("templates/test.html")),
];

/// The company that sends the emails, and the sender of each role.
#[derive(Debug, Clone)]
pub struct SenderConfig {
    pub company: Name,
    pub service: Name,
    pub sales: Option<RoleConfig>,
    pub support: Option<RoleConfig>,
    pub billing: Option<RoleConfig>,
}

/// The sender of the emails of one role.
#[derive(Debug, Clone)]
pub struct RoleConfig {
    pub sender: Sender,
    /// The text at the end of its emails [default: the sender's name].
    pub signature: Option<String>,
}

impl SenderConfig {
    /// The configuration of a role, else of any other role.
    fn role_config(&self, role: SenderRole) -> Result<&RoleConfig> {
        let own = match role {
            SenderRole::Sales => &self.sales,
            SenderRole::Support => &self.support,
            SenderRole::Billing => &self.billing,
        };
        let any = own.as_ref().or(self.support.as_ref()).or(self.billing.as_ref()).or(self.sales.as_ref());
        any.ok_or_else(|| {
            Error::Email("no sender is configured: add [roles.billing] or another role to the configuration".to_owned())
        })
    }
}

/// Renders the emails of a sender.
pub struct TemplateRenderer {
    environment: Environment<'static>,
    sender_config: SenderConfig,
}

impl TemplateRenderer {
    /// Creates a renderer that prefers the templates in `folder` to the built-in ones.
    pub fn new(sender_config: SenderConfig, folder: Option<PathBuf>) -> Self {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).build().unwrap_or_default());
        environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "html")) => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        environment.set_loader(move |name| load(folder.as_ref(), name));
        Self { environment, sender_config }
    }

    /// Checks that a sender is configured for a kind of email.
    ///
    /// # Errors
    /// [`Error::Email`] when no role is configured.
    pub fn can_sign(&self, kind: EmailTemplate) -> Result<()> {
        self.sender_config.role_config(kind.role()).map(drop)
    }

    /// Renders the email for a notice about a balance.
    pub fn compose(&self, notice: &Notice<'_>) -> Result<RenderedEmail> {
        let role_config = self.sender_config.role_config(notice.kind.role())?;
        // A recovered balance is above both thresholds: the email names the higher one that is set.
        let is_urgent = match notice.level {
            Level::Lower => true,
            Level::Upper => false,
            Level::Ok => notice.thresholds.upper.is_none(),
        };
        let (threshold, threshold_name) =
            if is_urgent { (notice.thresholds.lower, "urgent") } else { (notice.thresholds.upper, "early warning") };
        let amount = |amount| format!("{} {}", notice.unit.format(amount), unit_word(notice.unit.code()));
        let values = context! {
            customer => values_of_customer(notice.customer),
            unit => notice.unit.code(),
            balance => amount(notice.balance),
            threshold => threshold.map(amount),
            threshold_name,
            level => notice.level.as_str(),
            checked_at => notice.at.for_reading(),
            recipients => notice.customer_recipients.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ..self.values_of(role_config)
        };
        self.render(notice.kind, role_config, &values)
    }

    /// Renders an email of a kind from values of its own and those of its sender.
    pub(super) fn render_kind(&self, kind: EmailTemplate, values: &Value) -> Result<RenderedEmail> {
        let role_config = self.sender_config.role_config(kind.role())?;
        self.render(kind, role_config, &context! { ..values.clone(), ..self.values_of(role_config) })
    }

    /// Renders the test email.
    pub fn compose_test(&self) -> Result<RenderedEmail> {
        let kind = EmailTemplate::Test;
        let role_config = self.sender_config.role_config(kind.role())?;
        self.render(kind, role_config, &self.values_of(role_config))
    }

    /// Renders an email about an account. The password is filled in when the email is sent; until then stars stand for it.
    pub fn compose_handover(
        &self,
        kind: EmailTemplate,
        handover: &Handover,
        contains_password: bool,
    ) -> Result<RenderedEmail> {
        let role_config = self.sender_config.role_config(kind.role())?;
        let password = contains_password.then_some(RenderedEmail::PASSWORD_PLACEHOLDER);
        let values = context! { ..self.values_of_account(handover, password)?, ..self.values_of(role_config) };
        let email = self.render(kind, role_config, &values)?;
        Ok(RenderedEmail { password_of: contains_password.then_some(handover.account.id), ..email })
    }

    /// Renders the account details as emails show them, without the rest of an email.
    pub fn account_text(&self, handover: &Handover, password: &str) -> Result<String> {
        Ok(filled(&self.render_one("account.txt", &self.values_of_account(handover, Some(password))?)?))
    }

    /// The notes about an account, one paragraph each: those of the template, then the operator's advice.
    pub fn account_notes(&self, handover: &Handover) -> Result<Vec<String>> {
        let text = self.render_one("account-notes.txt", &values_of_account(handover, None))?;
        let notes = text.lines().filter(|line| !line.trim().is_empty()).map(ToOwned::to_owned);
        Ok(notes.chain(handover.gateway.advice.as_ref().map(ToString::to_string)).collect())
    }

    fn values_of_account(&self, handover: &Handover, password: Option<&str>) -> Result<Value> {
        Ok(context! { notes => self.account_notes(handover)?, ..values_of_account(handover, password) })
    }

    fn render_one(&self, name: &str, values: &Value) -> Result<String> {
        let template = self.environment.get_template(name);
        template.and_then(|template| template.render(values)).map_err(|error| template_error(name, &error))
    }

    fn values_of(&self, role_config: &RoleConfig) -> Value {
        let sender = &role_config.sender;
        context! {
            company => self.sender_config.company.as_str(),
            service => self.sender_config.service.as_str(),
            sender => context! { name => sender.name.as_str(), address => sender.address.as_str() },
            signature => role_config.signature.as_deref().unwrap_or(sender.name.as_str()).trim(),
        }
    }

    fn render(&self, kind: EmailTemplate, role_config: &RoleConfig, values: &Value) -> Result<RenderedEmail> {
        let rendered = |ending: &str| self.render_one(&format!("{kind}.{ending}"), values);
        let text = rendered("txt")?;
        let (first, body) = text.split_once('\n').unwrap_or((&text, ""));
        let subject = first.strip_prefix("Subject:").map(str::trim).filter(|subject| !subject.is_empty());
        let subject = subject.ok_or_else(|| {
            Error::Email(format!("the template {kind}.txt must begin with a line such as `Subject: your balance`"))
        })?;
        Ok(RenderedEmail {
            template: kind,
            sender: role_config.sender.clone(),
            subject: in_one_line(subject),
            text: filled(body),
            html: rendered("html")?,
            password_of: None,
        })
    }
}

/// Wraps a text to the width of an email. Items of a list are indented.
fn filled(text: &str) -> String {
    let wrapped = text.trim().lines().map(|line| {
        let indent = if line.starts_with("- ") { "  " } else { "" };
        textwrap::fill(line, textwrap::Options::new(WIDTH).subsequent_indent(indent))
    });
    wrapped.collect::<Vec<_>>().join("\n") + "\n"
}

/// Replaces everything in a subject that could end the header line and start another header.
fn in_one_line(subject: &str) -> String {
    subject.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

pub(super) fn unit_word(code: &str) -> &str {
    if code == "SMS" { "SMS credits" } else { code }
}

/// The text of a template: the operator's file, else the built-in one.
fn load(folder: Option<&PathBuf>, name: &str) -> Result<Option<String>, minijinja::Error> {
    let Some((_, built_in)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) else { return Ok(None) };
    let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) else {
        return Ok(Some((*built_in).to_owned()));
    };
    SmallFile::read(&path).map(|file| Some(file.text.to_string())).map_err(|error| {
        minijinja::Error::new(ErrorKind::InvalidOperation, format!("cannot read {}: {error}", path.display()))
    })
}

fn template_error(name: &str, error: &minijinja::Error) -> Error {
    let line = error.line().map_or_else(String::new, |line| format!(" line {line}"));
    Error::Email(format!("template {name}{line}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        ApiId, Customer, CustomerDetails, Gateway, Lifecycle, SmppAccount, SmppDetails, Time, WarningDetails,
    };
    use std::fs;

    fn renderer(folder: Option<PathBuf>) -> TemplateRenderer {
        let sender = Sender {
            name: "Example Billing".parse().expect("name"),
            address: "billing@example.com".parse().expect("address"),
            reply_to: None,
        };
        let billing = Some(RoleConfig { sender, signature: Some("Kind regards\nExample Billing\n".to_owned()) });
        let (company, service) = ("Example Ltd".parse().expect("name"), "Example SMS".parse().expect("name"));
        TemplateRenderer::new(SenderConfig { company, service, sales: None, support: None, billing }, folder)
    }

    fn customer() -> Customer {
        let at: Time = "2026-11-24T12:00:00Z".parse().expect("time");
        Customer {
            id: 1,
            account_code: "ABC1".parse().expect("code"),
            api_id: ApiId::generate(),
            details: CustomerDetails::of(
                "ABC <b>Corp</b> & Sons, a company with a rather long name".parse().expect("name"),
            ),
            lifecycle: Lifecycle::begun(at),
        }
    }

    fn compose(renderer: &TemplateRenderer, kind: EmailTemplate, level: Level) -> Result<RenderedEmail> {
        let money = |text: &str| text.parse().expect("money");
        let thresholds =
            WarningDetails { upper: Some(money("100")), lower: Some(money("10")), ..WarningDetails::empty() };
        renderer.compose(&Notice {
            kind,
            customer: &customer(),
            unit: crate::model::Unit::Sms,
            balance: money("10"),
            level,
            thresholds: &thresholds,
            customer_recipients: &["a@example.com".parse().expect("address")],
            at: "2026-11-24T12:00:00Z".parse().expect("time"),
        })
    }

    #[test]
    fn every_email_is_complete_wrapped_and_escaped() {
        let levels = [
            (EmailTemplate::LowUpper, Level::Upper),
            (EmailTemplate::LowLower, Level::Lower),
            (EmailTemplate::Internal, Level::Lower),
            (EmailTemplate::Recovered, Level::Ok),
        ];
        for (kind, level) in levels {
            let email = compose(&renderer(None), kind, level).expect("email");
            assert!(!email.subject.is_empty() && !email.subject.contains('\n'), "{kind}");
            // Wrapping may split an amount or a time.
            let text = email.text.replace('\n', " ");
            assert!(text.contains("10 SMS credits") && text.contains("2026-11-24 12:00:00 UTC"), "{kind}: {text}");
            assert!(email.text.lines().all(|line| line.chars().count() <= WIDTH), "{kind}: {}", email.text);
            assert!(email.html.contains("&lt;b&gt;Corp&lt;") && !email.html.contains("<b>Corp"), "{kind}");
            for left in ["{{", "{%", "none", "undefined"] {
                assert!(!email.text.contains(left) && !email.html.contains(left), "{kind}: {left}");
            }
        }
        assert!(renderer(None).compose_test().expect("email").text.contains("Example SMS"));
    }

    #[test]
    fn a_recovery_names_the_threshold_that_is_set() {
        let thresholds = WarningDetails { lower: Some("5".parse().expect("money")), ..WarningDetails::empty() };
        let email = renderer(None)
            .compose(&Notice {
                kind: EmailTemplate::Recovered,
                customer: &customer(),
                unit: crate::model::Unit::Sms,
                balance: "10".parse().expect("money"),
                level: Level::Ok,
                thresholds: &thresholds,
                customer_recipients: &[],
                at: "2026-11-24T12:00:00Z".parse().expect("time"),
            })
            .expect("email");
        let text = email.text.replace('\n', " ");
        assert!(text.contains("above its urgent threshold of 5 SMS credits"), "{text}");
    }

    fn handover() -> Handover {
        let mut details = SmppDetails::of("standard".parse().expect("code"));
        details.max_tps = Some("50".parse().expect("limit"));
        details.allowed_ips = vec!["192.0.2.7".parse().expect("address"), "2001:db8::/48".parse().expect("network")];
        let account = SmppAccount {
            id: 7,
            customer_id: 1,
            customer: "ABC1".parse().expect("code"),
            system_id: "abc_prod".parse().expect("id"),
            details,
            cug_size: 0,
            previous_password_until: None,
            lifecycle: customer().lifecycle,
        };
        let hosts = ["smpp1.example.com", "smpp2.example.com"].map(|host| host.parse().expect("host")).to_vec();
        Handover { customer: customer(), account, gateway: Gateway { hosts, ..Gateway::default() } }
    }

    #[test]
    fn account_details_are_one_per_line_with_stars_for_the_password() {
        for kind in [EmailTemplate::Welcome, EmailTemplate::Handover] {
            let email = renderer(None).compose_handover(kind, &handover(), true).expect("email");
            let details = "System ID: abc_prod\nPassword: ********\nHost: smpp1.example.com\nHost: smpp2.example.com\n\
                Port: 2775\nTLS port: 8775\nMax TPS: 50\nAllowed IPs: 192.0.2.7, 2001:db8::/48\n\nPlease bind to two";
            assert!(email.text.contains(details), "{kind}: {}", email.text);
            assert!(email.text.lines().all(|line| line.chars().count() <= WIDTH), "{kind}: {}", email.text);
            assert!(email.html.contains("<td>********</td>") && email.html.contains("smpp2"), "{}", email.html);
            assert!(!email.html.contains("<b>Corp") && !email.html.contains("none"), "{kind}: {}", email.html);
            assert!(!email.text.contains("\n\n\n") && !email.text.contains("cannot be used"), "{}", email.text);
            assert_eq!(email.password_of, Some(7));
        }
        let silent = renderer(None).compose_handover(EmailTemplate::Handover, &handover(), false).expect("email");
        assert!(silent.text.contains("Password: sent to you separately") && !silent.text.contains('*'));
        assert_eq!(silent.password_of, None);
    }

    #[test]
    fn an_account_that_cannot_be_used_says_so() {
        let mut handover = handover();
        handover.account.details.enabled = false;
        let email = renderer(None).compose_handover(EmailTemplate::Welcome, &handover, true).expect("email");
        assert!(email.text.contains("cannot be used yet: it is disabled."), "{}", email.text);
        assert!(email.html.contains("it is disabled"), "{}", email.html);
    }

    #[test]
    fn a_file_in_the_folder_comes_before_the_built_in_template() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("low-upper.txt"), "Subject: {{ customer.account_code }}\n\nOurs.")
            .expect("written");
        let email =
            compose(&renderer(Some(folder.path().to_owned())), EmailTemplate::LowUpper, Level::Upper).expect("email");
        assert_eq!((email.subject.as_str(), email.text.as_str()), ("ABC1", "Ours.\n"));
        fs::write(folder.path().join("low-upper.txt"), "Subject: x\n\n{% if %}").expect("written");
        let error = compose(&renderer(Some(folder.path().to_owned())), EmailTemplate::LowUpper, Level::Upper);
        assert!(error.unwrap_err().to_string().contains("template low-upper.txt line 3"));
        fs::write(folder.path().join("low-upper.txt"), "No subject").expect("written");
        assert!(compose(&renderer(Some(folder.path().to_owned())), EmailTemplate::LowUpper, Level::Upper).is_err());
    }
}
