//! `ssgctl customer show` at a terminal: what a call of the customer needs, on one screen.

use ssgctl::model::{Money, Note, SmppAccount, Status, Unit, WarningDetails};
use ssgctl::report::{CustomerOverview, CustomerReceivables, RECENT_DAYS, RecentTraffic, Runway, Sparkline};

use crate::output::{Cell, Column, ColumnKind, Row, ScreenView, Span, spark};

/// The number of contacts and of notes for which a screen of 24 lines has room.
const CONTACTS: usize = 2;
const NOTES: usize = 5;
/// The number of SMPP accounts up to which the page has a line even for those without traffic.
const FEW_ACCOUNTS: usize = 5;
/// The number of silent accounts that are named.
const NAMED: usize = 4;

/// Fills the page.
pub(super) fn fill(page: &mut ScreenView, overview: &CustomerOverview, days: &Sparkline) {
    let CustomerOverview { customer, contacts, notes, .. } = overview;
    let code = customer.account_code.as_str();
    page.header(vec![
        Span::Strong(customer.details.organisation.to_string()),
        Span::Plain(format!("  {code}  ")),
        Span::State(customer.lifecycle.status().to_string()),
    ]);
    match overview.balances.as_slice() {
        [] => page.header(vec![Span::Plain("no balance".to_owned())]),
        balances => balances.iter().for_each(|runway| page.header(balance(runway))),
    }
    overview.receivables.iter().for_each(|of| page.header(receivables(of)));
    page.header(traffic(days));

    page.list("Contacts", &contacts[..contacts.len().min(CONTACTS)], &["name", "email", "mobile", "roles"], false);
    if contacts.len() > CONTACTS {
        page.note(format!("{} more: ssgctl contact list {code}", contacts.len() - CONTACTS));
    }
    accounts(page, overview);
    let newest: Vec<Note> = notes.iter().rev().take(NOTES).cloned().collect();
    page.list("Notes", &newest, &["at", "author", "text"], false);
    if notes.len() > NOTES {
        page.note(format!("{} older: ssgctl note list {code}", notes.len() - NOTES));
    }
    facts(page, overview);
}

/// A balance, how long it lasts, and whether it is low.
fn balance(runway: &Runway) -> Vec<Span> {
    let of = &runway.balance;
    let amount = |amount: Money| amount_for_people(of.unit, amount);
    let mut rate = format!(" {}", of.unit.code());
    if let (Some(days), Some(per_day)) = (runway.days_left(), runway.per_day()) {
        rate.push_str(&format!(", {} at {} a day", days_left(days), amount(per_day)));
    }
    if of.credit_limit != Money::ZERO {
        rate.push_str(&format!(", credit limit {}", amount(of.credit_limit)));
    }
    let mut spans = vec![Span::Strong(amount(of.balance)), Span::Plain(rate)];
    if of.upper.is_none() && of.lower.is_none() {
        spans.push(Span::Plain(", no warning set".to_owned()));
        return spans;
    }
    // Not the state of the last check, because the balance may have changed since.
    let level = WarningDetails { upper: of.upper, lower: of.lower, ..WarningDetails::empty() }.level(of.balance);
    let thresholds: Vec<String> = [of.upper, of.lower].into_iter().flatten().map(amount).collect();
    spans.push(Span::Plain(", ".to_owned()));
    spans.push(Span::State(level.for_reading().to_owned()));
    spans.push(Span::Plain(format!(" (warns at {})", thresholds.join(" and "))));
    spans
}

/// What is open of invoices, and what no invoice has yet.
fn receivables(of: &CustomerReceivables) -> Vec<Span> {
    let amount = |amount: Money| amount_for_people(Unit::Currency(of.currency), amount);
    let mut spans = vec![
        Span::Plain("invoices: ".to_owned()),
        Span::Strong(amount(of.open)),
        Span::Plain(format!(" {} open", of.currency.code())),
    ];
    if of.overdue != Money::ZERO {
        spans.push(Span::Plain(format!(", {} ", amount(of.overdue))));
        spans.push(Span::State("overdue".to_owned()));
    }
    let others = [(of.unallocated, "unallocated"), (of.drafts, "in drafts"), (of.usage, "not invoiced yet")];
    for (sum, what) in others.into_iter().filter(|(sum, _)| *sum != Money::ZERO) {
        spans.push(Span::Plain(format!(", {} {what}", amount(sum))));
    }
    spans
}

fn amount_for_people(unit: Unit, amount: Money) -> String {
    Cell::amount(unit, amount).for_people(ColumnKind::Value).into_owned()
}

fn number_for_people(number: impl TryInto<i64>) -> String {
    Cell::number(number).for_people(ColumnKind::Value).into_owned()
}

fn days_left(days: u64) -> String {
    match days {
        0 => "less than a day left".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{} days left", number_for_people(days)),
    }
}

/// The traffic of the last days as a sparkline.
fn traffic(days: &Sparkline) -> Vec<Span> {
    let messages = days.sums.messages();
    if messages == 0 {
        return vec![Span::Plain(format!("no messages in {RECENT_DAYS} days"))];
    }
    let number = number_for_people(messages);
    let rate = match Cell::percent(days.sums.delivered_per_mille()) {
        Cell::Empty => String::new(),
        rate => format!(", {} % delivered", rate.for_data()),
    };
    let noun = if messages == 1 { "message" } else { "messages" };
    vec![Span::Plain(format!("{}  {number} {noun} in {RECENT_DAYS} days{rate}", spark(&days.values)))]
}

/// An SMPP account, whether it works, and its recent traffic.
struct AccountLine {
    account: SmppAccount,
    traffic: RecentTraffic,
}

impl AccountLine {
    /// The first thing that keeps the account from working.
    fn state(&self) -> &'static str {
        let details = &self.account.details;
        match self.account.lifecycle.status() {
            Status::Archived => "archived",
            Status::Active if !details.enabled => "disabled",
            Status::Active if !details.binding_enabled => "may not bind",
            Status::Active if !details.submit_enabled => "may not submit",
            Status::Active => "active",
        }
    }
}

impl Row for AccountLine {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("system_id", |line: &Self| Cell::text(&line.account.system_id)),
        Column::new("name", |line: &Self| Cell::maybe(line.account.details.name.as_ref())).text(),
        Column::new("state", |line: &Self| Cell::text(line.state())).state().essential(),
        Column::new("last_24h", |line: &Self| Cell::number(line.traffic.day.messages())).only_if_any(),
        Column::new("last_7d", |line: &Self| Cell::number(line.traffic.week.messages())).minor().only_if_any(),
        Column::new("last_30d", |line: &Self| Cell::number(line.traffic.month.messages())).only_if_any(),
        Column::new("rate_30d", |line: &Self| Cell::percent(line.traffic.month.delivered_per_mille())),
    ];
}

/// The SMPP accounts, busiest first. If they are many, those without traffic share a line.
fn accounts(page: &mut ScreenView, overview: &CustomerOverview) {
    let traffic_of = |account: &SmppAccount| {
        let found = overview.traffic.iter().find(|traffic| traffic.system_id.as_ref() == Some(&account.system_id));
        found.cloned().unwrap_or_default()
    };
    let lines =
        overview.accounts.iter().map(|account| AccountLine { account: account.clone(), traffic: traffic_of(account) });
    let mut lines: Vec<AccountLine> = lines.collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.traffic.month.messages()));
    let silent = if lines.len() > FEW_ACCOUNTS {
        let busy = lines.iter().filter(|line| line.traffic.month.messages() > 0).count();
        lines.split_off(busy)
    } else {
        Vec::new()
    };
    let all: Vec<&str> = Row::COLUMNS.iter().map(|column: &Column<AccountLine>| column.key).collect();
    page.list("SMPP", &lines, &all, true);
    if !silent.is_empty() {
        let named: Vec<&str> = silent.iter().take(NAMED).map(|line| line.account.system_id.as_str()).collect();
        let rest = silent.len() - named.len();
        let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        page.note(format!("{} silent for {RECENT_DAYS} days: {}{more}", silent.len(), named.join(", ")));
    }
}

/// Company, billing and the rest.
fn facts(page: &mut ScreenView, overview: &CustomerOverview) {
    let CustomerOverview { customer, pricing, .. } = overview;
    // A screen of 80 by 24 has no room for what a call rarely needs.
    let is_wide = page.has_two_columns();
    if let Some(country) = &customer.details.country {
        let name = if is_wide { country.name() } else { "" };
        page.fact("country", &Cell::shown(format!("{} {name}", country.code()).trim_end()));
    }
    page.facts(customer, &["phone", "website", "company_reg_no", "vat_reg_no", "payment_terms_days", "invoice_emails"]);
    page.facts(customer, &["invoice_address"]);
    page.fact("overlay", &Cell::maybe(pricing.overlay.as_ref()));
    let planned: Vec<String> = pricing.planned.iter().map(ToString::to_string).collect();
    page.fact("planned_changes", &Cell::shown(planned.join("; ")));
    if is_wide {
        page.facts(customer, &["api_id", "created_at"]);
    }
    page.facts(customer, &["archived_at"]);
    page.fact("managed_by", &Cell::maybe(customer.details.managed_by.as_ref()));
}
