//! Writes declared records as a person would: what is empty or has its default is left out.

use std::fmt::Display;

use crate::model::{
    Billing, ContactDetails, DeclaredAccount, DeclaredCustomer, DeclaredPlan, DeclaredService, PlanBasis,
    PostalAddress, PriceSource, Unit, WarningDetails,
};

use super::keys;

/// A list that is longer than this has a line for each item.
const LONGEST_LINE: usize = 100;

/// The file of a customer.
pub fn write_customer(customer: &DeclaredCustomer) -> String {
    let DeclaredCustomer { account_code, details, overlay, credit_limits, warnings, contacts, accounts } = customer;
    let mut file = TomlText::default();
    file.text("account_code", Some(account_code));
    file.text("organisation", Some(&details.organisation));
    file.text("country", details.country.as_ref());
    file.text("company_reg_no", details.company_reg_no.as_ref());
    file.text("phone", details.phone.as_ref());
    file.text("website", details.website.as_ref());
    file.text("vat_reg_no", details.vat_reg_no.as_ref());
    file.text("billing", Some(details.billing).filter(|billing| *billing != Billing::default()));
    file.number("payment_terms_days", details.payment_terms_days);
    file.list("invoice_emails", &details.invoice_emails);
    file.list("invoice_address", &details.invoice_address.iter().flat_map(PostalAddress::lines).collect::<Vec<_>>());
    file.text("overlay", overlay.as_ref());
    if !credit_limits.is_empty() {
        file.header(&format!("[{}]", keys::CREDIT_LIMIT));
        for (unit, limit) in credit_limits {
            file.text(unit.code(), Some(unit.format(*limit)));
        }
    }
    for (unit, warning) in warnings {
        file.warning(*unit, warning);
    }
    for contact in contacts {
        file.contact(contact);
    }
    for account in accounts {
        file.account(account);
    }
    file.0
}

/// The file of all price plans.
pub fn write_plans(plans: &[DeclaredPlan]) -> String {
    let mut file = TomlText::default();
    for DeclaredPlan { code, unit, basis, details } in plans {
        file.header(&format!("[[{}]]", keys::PLAN));
        file.text("code", Some(code));
        file.text("name", Some(&details.name));
        file.text("unit", Some(unit.code()));
        file.text("basis", Some(basis.as_str()).filter(|_| *basis != PlanBasis::default()));
    }
    file.0
}

/// The file of all services.
pub fn write_services(services: &[DeclaredService]) -> String {
    let mut file = TomlText::default();
    for DeclaredService { code, plan, details } in services {
        file.header(&format!("[[{}]]", keys::SERVICE));
        file.text("code", Some(code));
        file.text("name", Some(&details.name));
        file.text("plan", Some(plan));
        let source = Some(details.price_source.as_str());
        file.text("price_source", source.filter(|_| details.price_source != PriceSource::File));
    }
    file.0
}

/// The text of a file.
#[derive(Default)]
struct TomlText(String);

impl TomlText {
    /// The header of a table, after an empty line.
    fn header(&mut self, header: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.extend([header, "\n"]);
    }

    fn line(&mut self, key: &str, value: &str) {
        self.0.extend([key, " = ", value, "\n"]);
    }

    fn text(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(key, &quoted(&value.to_string()));
        }
    }

    fn number(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(key, &value.to_string());
        }
    }

    /// A switch, unless it has its default.
    fn switch(&mut self, key: &str, value: bool, default: bool) {
        if value != default {
            self.line(key, if value { "true" } else { "false" });
        }
    }

    fn list(&mut self, key: &str, values: &[impl Display]) {
        if values.is_empty() {
            return;
        }
        let items: Vec<String> = values.iter().map(|value| quoted(&value.to_string())).collect();
        let line = format!("[{}]", items.join(", "));
        if key.len() + line.len() < LONGEST_LINE {
            return self.line(key, &line);
        }
        self.line(key, &format!("[\n    {},\n]", items.join(",\n    ")));
    }

    fn warning(&mut self, unit: Unit, warning: &WarningDetails) {
        self.header(&format!("[{}.{}]", keys::WARNING, unit.code()));
        self.text("upper", warning.upper.map(|upper| unit.format(upper)));
        self.text("lower", warning.lower.map(|lower| unit.format(lower)));
        self.text("days_left", warning.days_left);
        self.text("surge", warning.surge);
        self.text("silent", warning.silent);
        self.switch("notify_customer", warning.notify_customer, true);
        self.list("to", &warning.to);
        self.list("internal", &warning.internal);
        self.switch("notify_recovery", warning.notify_recovery, true);
        self.switch("active", warning.active, true);
        self.switch("traffic_to_customer", warning.traffic_to_customer, false);
    }

    fn contact(&mut self, contact: &ContactDetails) {
        self.header(&format!("[[{}]]", keys::CONTACT));
        self.text("name", Some(&contact.name));
        self.text("email", contact.email.as_ref());
        self.text("mobile", contact.mobile.as_ref());
        self.list("roles", &contact.roles.iter().collect::<Vec<_>>());
    }

    fn account(&mut self, account: &DeclaredAccount) {
        let DeclaredAccount { system_id, details, overlay } = account;
        self.header(&format!("[[{}]]", keys::SMPP));
        self.text("system_id", Some(system_id));
        self.text("name", details.name.as_ref());
        self.text("short_name", details.short_name.as_ref());
        self.text("service", Some(&details.service));
        self.text("overlay", overlay.as_ref());
        self.text("system_type", details.system_type.as_ref());
        self.text("address_range", details.address_range.as_ref());
        self.switch("enabled", details.enabled, true);
        self.switch("binding_enabled", details.binding_enabled, true);
        self.switch("submit_enabled", details.submit_enabled, true);
        self.switch("use_cug", details.use_cug, false);
        self.number("max_tps", details.max_tps);
        self.number("max_binds", details.max_binds);
        self.list("allowed_ips", &details.allowed_ips);
        self.text("mt_webhook", details.mt_webhook.as_ref());
        self.text("dlr_webhook", details.dlr_webhook.as_ref());
        self.text("mo_webhook", details.mo_webhook.as_ref());
        self.list("mo_numbers", &details.mo_numbers);
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
