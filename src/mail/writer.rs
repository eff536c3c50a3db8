//! Writes letters from templates: built in, and overridden by files of the same name in a folder.

use std::fs;
use std::path::PathBuf;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, context};

use crate::error::{Error, Result};
use crate::model::{Composed, Customer, Handover, LetterKind, Level, Limit, Name, Sender, SenderRole};
use crate::ops::warning::Notice;

/// The width of a letter's text, in columns.
const WIDTH: usize = 72;

const BUILT_IN: [(&str, &str); 17] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("low-upper.txt", include_str!("templates/low-upper.txt")),
    ("low-upper.html", include_str!("templates/low-upper.html")),
    ("low-lower.txt", include_str!("templates/low-lower.txt")),
    ("low-lower.html", include_str!("templates/low-lower.html")),
    ("internal.txt", include_str!("templates/internal.txt")),
    ("internal.html", include_str!("templates/internal.html")),
    ("all-clear.txt", include_str!("templates/all-clear.txt")),
    ("all-clear.html", include_str!("templates/all-clear.html")),
    ("account.txt", include_str!("templates/account.txt")),
    ("account.html", include_str!("templates/account.html")),
    ("welcome.txt", include_str!("templates/welcome.txt")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("handover.txt", include_str!("templates/handover.txt")),
    ("handover.html", include_str!("templates/handover.html")),
    ("test.txt", include_str!("templates/test.txt")),
    ("test.html", include_str!("templates/test.html")),
];

/// Whose letters these are.
#[derive(Debug, Clone)]
pub struct House {
    pub company: Name,
    pub service: Name,
    pub sales: Option<Office>,
    pub support: Option<Office>,
    pub billing: Option<Office>,
}

/// A part of the company that writes letters.
#[derive(Debug, Clone)]
pub struct Office {
    pub sender: Sender,
    /// What stands under its letters; its name when empty.
    pub signature: Option<String>,
}

impl House {
    /// The office of a role; any other serves when that one is not set up.
    fn office(&self, role: SenderRole) -> Result<&Office> {
        let own = match role {
            SenderRole::Sales => &self.sales,
            SenderRole::Support => &self.support,
            SenderRole::Billing => &self.billing,
        };
        let any = own.as_ref().or(self.support.as_ref()).or(self.billing.as_ref()).or(self.sales.as_ref());
        any.ok_or_else(|| {
            Error::Letter(
                "nobody is set up to write letters: the configuration needs [roles.billing] or another role".to_owned(),
            )
        })
    }
}

/// Writes the letters of a house.
pub struct Writer {
    environment: Environment<'static>,
    house: House,
}

impl Writer {
    /// A writer that looks for templates in a folder before it takes its own.
    pub fn new(house: House, folder: Option<PathBuf>) -> Self {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).build().unwrap_or_default());
        environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "html")) => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        environment.set_loader(move |name| load(folder.as_ref(), name));
        Self { environment, house }
    }

    /// Whether anybody is set up to sign letters of a kind.
    pub fn can_sign(&self, kind: LetterKind) -> Result<()> {
        self.house.office(kind.role()).map(drop)
    }

    /// The letter that tells a notice.
    pub fn compose(&self, notice: &Notice<'_>) -> Result<Composed> {
        let office = self.house.office(notice.kind.role())?;
        let mark = match notice.level {
            Level::Lower => notice.marks.lower,
            Level::Upper => notice.marks.upper,
            Level::Ok => notice.marks.upper.or(notice.marks.lower),
        };
        let amount = |amount| format!("{} {}", notice.unit.format(amount), unit_word(notice.unit.code()));
        let values = context! {
            customer => values_of_customer(notice.customer),
            unit => notice.unit.code(),
            balance => amount(notice.balance),
            mark => mark.map(amount),
            level => notice.level.as_str(),
            recipients => notice.customer_recipients.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ..self.values_of(office)
        };
        self.render(notice.kind, office, &values)
    }

    /// The letter that tries out whether mail arrives.
    pub fn compose_test(&self) -> Result<Composed> {
        let kind = LetterKind::Test;
        let office = self.house.office(kind.role())?;
        self.render(kind, office, &self.values_of(office))
    }

    /// The letter that hands an account over, with stars for the password if it tells that.
    pub fn compose_handover(&self, kind: LetterKind, pack: &Handover, tells_password: bool) -> Result<Composed> {
        let office = self.house.office(kind.role())?;
        let password = tells_password.then_some(Composed::STARS);
        let values = context! { ..values_of_account(pack, password), ..self.values_of(office) };
        let composed = self.render(kind, office, &values)?;
        Ok(Composed { password_of: tells_password.then_some(pack.account.id), ..composed })
    }

    /// What letters say of an account, alone.
    pub fn account_text(&self, pack: &Handover, password: &str) -> Result<String> {
        let name = "account.txt";
        let template = self.environment.get_template(name);
        let text = template.and_then(|template| template.render(values_of_account(pack, Some(password))));
        Ok(filled(&text.map_err(|error| faulty(name, &error))?))
    }

    fn values_of(&self, office: &Office) -> Value {
        let sender = &office.sender;
        context! {
            company => self.house.company.as_str(),
            service => self.house.service.as_str(),
            sender => context! { name => sender.name.as_str(), address => sender.address.as_str() },
            signature => office.signature.as_deref().unwrap_or(sender.name.as_str()).trim(),
        }
    }

    fn render(&self, kind: LetterKind, office: &Office, values: &Value) -> Result<Composed> {
        let rendered = |ending: &str| {
            let name = format!("{kind}.{ending}");
            let template = self.environment.get_template(&name);
            template.and_then(|template| template.render(values)).map_err(|error| faulty(&name, &error))
        };
        let text = rendered("txt")?;
        let (first, body) = text.split_once('\n').unwrap_or((&text, ""));
        let subject = first.strip_prefix("Subject:").map(str::trim).filter(|subject| !subject.is_empty());
        let subject = subject.ok_or_else(|| {
            Error::Letter(format!("the template {kind}.txt must begin with a line such as `Subject: your balance`"))
        })?;
        Ok(Composed {
            kind,
            sender: office.sender.clone(),
            subject: in_one_line(subject),
            text: filled(body),
            html: rendered("html")?,
            password_of: None,
        })
    }
}

/// What letters can say of an account and of where it is used.
fn values_of_account(pack: &Handover, password: Option<&str>) -> Value {
    let Handover { customer, account, gateway } = pack;
    let details = &account.details;
    let all = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>();
    context! {
        customer => values_of_customer(customer),
        account => context! {
            system_id => account.system_id.as_str(),
            password,
            system_type => details.system_type.as_ref().map(ToString::to_string),
            address_range => details.address_range.as_ref().map(ToString::to_string),
            max_tps => details.max_tps.map(Limit::get),
            max_binds => details.max_binds.map(Limit::get),
            allowed_ips => all(&mut details.allowed_ips.iter().map(ToString::to_string)),
        },
        gateway => context! {
            hosts => all(&mut gateway.hosts.iter().map(ToString::to_string)),
            port => gateway.port.get(),
            tls_port => gateway.tls_port.get(),
            rest_url => gateway.rest_url.as_ref().map(ToString::to_string),
        },
        notes => pack.notes(),
        obstacle => pack.obstacle(),
    }
}

fn values_of_customer(customer: &Customer) -> Value {
    context! {
        account_code => customer.account_code.as_str(),
        organisation => customer.details.organisation.as_str(),
    }
}

/// A text in lines that fit a letter.
fn filled(text: &str) -> String {
    textwrap::fill(text.trim(), WIDTH) + "\n"
}

/// A subject in which nothing can pass for the end of a line.
fn in_one_line(subject: &str) -> String {
    subject.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

fn unit_word(code: &str) -> &str {
    if code == "SMS" { "SMS credits" } else { code }
}

/// The text of a template: the operator's own file, else what is built in.
fn load(folder: Option<&PathBuf>, name: &str) -> Result<Option<String>, minijinja::Error> {
    let Some((_, built_in)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) else { return Ok(None) };
    let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) else {
        return Ok(Some((*built_in).to_owned()));
    };
    fs::read_to_string(&path).map(Some).map_err(|error| {
        minijinja::Error::new(ErrorKind::InvalidOperation, format!("cannot read {}: {error}", path.display()))
    })
}

fn faulty(name: &str, error: &minijinja::Error) -> Error {
    let line = error.line().map_or_else(String::new, |line| format!(" line {line}"));
    Error::Letter(format!("template {name}{line}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ApiId, CustomerDetails, Gateway, Life, SmppAccount, SmppDetails, Time, WarningDetails};

    fn writer(folder: Option<PathBuf>) -> Writer {
        let sender = Sender {
            name: "Example Billing".parse().expect("name"),
            address: "billing@example.com".parse().expect("address"),
            reply_to: None,
        };
        let billing = Some(Office { sender, signature: Some("Kind regards\nExample Billing\n".to_owned()) });
        let (company, service) = ("Example Ltd".parse().expect("name"), "Example SMS".parse().expect("name"));
        Writer::new(House { company, service, sales: None, support: None, billing }, folder)
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
            life: Life::begun(at),
        }
    }

    fn compose(writer: &Writer, kind: LetterKind, level: Level) -> Result<Composed> {
        let money = |text: &str| text.parse().expect("money");
        let marks = WarningDetails { upper: Some(money("100")), lower: Some(money("10")), ..WarningDetails::empty() };
        writer.compose(&Notice {
            kind,
            customer: &customer(),
            unit: crate::model::Unit::Sms,
            balance: money("10"),
            level,
            marks: &marks,
            customer_recipients: &["a@example.com".parse().expect("address")],
        })
    }

    #[test]
    fn every_letter_is_whole_narrow_and_escaped() {
        let levels = [
            (LetterKind::LowUpper, Level::Upper),
            (LetterKind::LowLower, Level::Lower),
            (LetterKind::Internal, Level::Lower),
            (LetterKind::AllClear, Level::Ok),
        ];
        for (kind, level) in levels {
            let letter = compose(&writer(None), kind, level).expect("letter");
            assert!(!letter.subject.is_empty() && !letter.subject.contains('\n'), "{kind}");
            assert!(letter.text.contains("10 SMS credits"), "{kind}: {}", letter.text);
            assert!(letter.text.lines().all(|line| line.chars().count() <= WIDTH), "{kind}: {}", letter.text);
            assert!(letter.html.contains("&lt;b&gt;Corp&lt;") && !letter.html.contains("<b>Corp"), "{kind}");
            for left in ["{{", "{%", "none", "undefined"] {
                assert!(!letter.text.contains(left) && !letter.html.contains(left), "{kind}: {left}");
            }
        }
        assert!(writer(None).compose_test().expect("letter").text.contains("Example SMS"));
    }

    fn pack() -> Handover {
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
            life: customer().life,
        };
        let hosts = ["smpp1.example.com", "smpp2.example.com"].map(|host| host.parse().expect("host")).to_vec();
        Handover { customer: customer(), account, gateway: Gateway { hosts, ..Gateway::default() } }
    }

    #[test]
    fn an_account_is_told_line_by_line_and_its_password_as_stars() {
        for kind in [LetterKind::Welcome, LetterKind::Handover] {
            let letter = writer(None).compose_handover(kind, &pack(), true).expect("letter");
            let told = "System ID: abc_prod\nPassword: ********\nHost: smpp1.example.com\nHost: smpp2.example.com\n\
                Port: 2775\nTLS port: 8775\nMax TPS: 50\nAllowed IPs: 192.0.2.7, 2001:db8::/48\n\nPlease bind to two";
            assert!(letter.text.contains(told), "{kind}: {}", letter.text);
            assert!(letter.text.lines().all(|line| line.chars().count() <= WIDTH), "{kind}: {}", letter.text);
            assert!(letter.html.contains("<td>********</td>") && letter.html.contains("smpp2"), "{}", letter.html);
            assert!(!letter.html.contains("<b>Corp") && !letter.html.contains("none"), "{kind}: {}", letter.html);
            assert!(!letter.text.contains("\n\n\n") && !letter.text.contains("cannot be used"), "{}", letter.text);
            assert_eq!(letter.password_of, Some(7));
        }
        let silent = writer(None).compose_handover(LetterKind::Handover, &pack(), false).expect("letter");
        assert!(silent.text.contains("Password: told to you separately") && !silent.text.contains('*'));
        assert_eq!(silent.password_of, None);
    }

    #[test]
    fn an_account_that_cannot_be_used_says_so() {
        let mut pack = pack();
        pack.account.details.enabled = false;
        let letter = writer(None).compose_handover(LetterKind::Welcome, &pack, true).expect("letter");
        assert!(letter.text.contains("cannot be used at present: it is disabled."), "{}", letter.text);
        assert!(letter.html.contains("it is disabled"), "{}", letter.html);
    }

    #[test]
    fn a_file_in_the_folder_comes_before_the_built_in_template() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("low-upper.txt"), "Subject: {{ customer.account_code }}\n\nOurs.")
            .expect("written");
        let letter =
            compose(&writer(Some(folder.path().to_owned())), LetterKind::LowUpper, Level::Upper).expect("letter");
        assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("ABC1", "Ours.\n"));
        fs::write(folder.path().join("low-upper.txt"), "Subject: x\n\n{% if %}").expect("written");
        let error = compose(&writer(Some(folder.path().to_owned())), LetterKind::LowUpper, Level::Upper);
        assert!(error.unwrap_err().to_string().contains("template low-upper.txt line 3"));
        fs::write(folder.path().join("low-upper.txt"), "No subject").expect("written");
        assert!(compose(&writer(Some(folder.path().to_owned())), LetterKind::LowUpper, Level::Upper).is_err());
    }
}
