//! Warnings before a balance is low: balances that will soon be empty, surges, silence. Each is reported once, and again after it has
//! ended.

use ssgctl::model::{EmailState, EmailTemplate, ForecastCause, ForecastKind, OutboxEmail, Unit, WarningDetails};
use ssgctl::ops::balance::Adjustment;
use ssgctl::ops::warning::{self, CheckFindings, RecordedForecast};
use ssgctl::ops::{customer, smpp};
use ssgctl::store::ForecastKey;

use super::dispatch::renderer;
use super::warning::{THEM, US, deliver};
use crate::store::forecast::{add, office as office_at_noon};
use crate::support::fixture::{Fixture, adjustment_in, valid};

const EUR: &str = "EUR";

/// PORT's office traffic until a time, which it is now.
fn office(until: &str) -> (Fixture, String) {
    let (mut fixture, rows) = office_at_noon(until);
    fixture.at(until);
    (fixture, rows)
}

/// Sets the warning of PORT's euros.
fn warn(fixture: &mut Fixture, change: impl FnOnce(&mut WarningDetails)) {
    let change = |details: &mut WarningDetails| {
        details.to = vec![valid(THEM)];
        change(details);
    };
    fixture.write(|tx| warning::set(tx, "PORT", valid(EUR), change)).expect("a warning");
}

/// What a check at a time records.
fn check(fixture: &mut Fixture, at: &str) -> Vec<RecordedForecast> {
    fixture.at(at);
    let renderer = renderer().in_zone(valid("Europe/Madrid"));
    let mut findings = CheckFindings::default();
    let compose = |notice: &warning::ForecastNotice<'_>| renderer.compose_forecast(notice);
    let checked = fixture.write(|tx| warning::check_forecasts(tx, &[valid(US)], &compose, &mut findings));
    checked.expect("checked");
    assert_eq!(fixture.findings(), Vec::<String>::new());
    findings.forecasts
}

/// Kind, account, whether it was raised, and the emails of what was recorded.
type Reported = (ForecastKind, String, bool, Vec<(EmailTemplate, String)>);

fn reported(recorded: &[RecordedForecast]) -> Vec<Reported> {
    let of = |forecast: &RecordedForecast| {
        let emails = forecast.emails.iter().map(|email| (email.content.template, email.recipient.to_string()));
        let account = forecast.alert.account.as_ref().map_or_else(String::new, ToString::to_string);
        (forecast.alert.kind, account, forecast.alert.raised, emails.collect())
    };
    recorded.iter().map(of).collect()
}

fn email(template: EmailTemplate, to: &str) -> (EmailTemplate, String) {
    (template, to.to_owned())
}

/// PORT's messages within a minute.
fn messages(at: &str, count: usize) -> String {
    (0..count).fold(String::new(), |rows, number| {
        rows + &format!("x{at}{number},{at}:00Z,port,+2348012345678,delivered,1,\n")
    })
}

/// Credits PORT until that much is left.
fn leave(fixture: &mut Fixture, amount: &str) {
    let left: ssgctl::model::Money = valid(amount);
    let balance = fixture.balance("PORT", valid(EUR)).expect("a balance").balance;
    let amount = ssgctl::model::Money::from_e8(left.e8() - balance.e8()).to_string();
    let change = Adjustment { allow_negative: true, ..adjustment_in(EUR, &amount) };
    fixture.adjust("PORT", &change).expect("adjusted");
}

fn waiting(fixture: &mut Fixture) -> Vec<OutboxEmail> {
    fixture.emails().into_iter().filter(|email| email.state == EmailState::Pending).collect()
}

#[test]
fn a_stolen_password_is_reported_once_by_the_check_after_the_import() {
    use EmailTemplate::{Forecast, ForecastEnded};
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    warn(&mut fixture, |details| details.surge = Some(valid("5x")));
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T10:05:00Z")), []);
    add(&mut fixture, "stolen.csv", &messages("2026-11-09T10:05", 500));
    let found = check(&mut fixture, "2026-11-09T10:16:00Z");
    let expected = (ForecastKind::Surge, "port".to_owned(), true, vec![email(Forecast, US)]);
    assert_eq!(reported(&found), std::slice::from_ref(&expected));
    let text = found[0].emails[0].content.text.replace('\n', " ");
    assert!(
        text.contains("port of PORT (PORT) sent 500 message parts in the hour before Monday 9 November 2026 11:15"),
        "{text}"
    );
    assert!(text.contains("at most 10 are usual") && text.contains("ssgctl smpp disable port"), "{text}");
    deliver(&mut fixture);
    // It goes on: nothing more. An hour later it is half of a surge, then a usual hour, then a surge again.
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T10:20:00Z")), []);
    add(&mut fixture, "later.csv", &messages("2026-11-09T11:30", 60));
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T11:46:00Z")), [], "more than half of a hundred");
    add(&mut fixture, "usual-again.csv", &messages("2026-11-09T13:00", 10));
    let ended = check(&mut fixture, "2026-11-09T13:16:00Z");
    let expected_end = (ForecastKind::Surge, "port".to_owned(), false, vec![email(ForecastEnded, US)]);
    assert_eq!(reported(&ended), [expected_end]);
    add(&mut fixture, "again.csv", &messages("2026-11-09T15:00", 200));
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T15:16:00Z")), [expected]);
}

#[test]
fn a_weekend_is_not_silence_a_silent_tuesday_is_and_no_import_is_said_instead() {
    use EmailTemplate::{Forecast, Silent};
    let (mut fixture, rows) = office("2026-11-10T16:00:00Z");
    let until = |end: &str| -> String {
        let is_kept = |row: &&str| row.split(',').nth(1) < Some(end);
        rows.lines().filter(is_kept).flat_map(|row| [row, "\n"]).collect()
    };
    add(&mut fixture, "usual.csv", &until("2026-11-08T12:00:00Z"));
    warn(&mut fixture, |details| {
        details.silent = Some(valid("6h"));
        details.traffic_to_customer = true;
    });
    assert_eq!(reported(&check(&mut fixture, "2026-11-08T12:05:00Z")), []);
    // On Monday PORT stops at nine, and ACME goes on.
    let of_acme = |row: &&str| !row.contains(",port,") || row.split(',').nth(1) < Some("2026-11-09T09:00:00Z");
    let is_new = |row: &&str| row.split(',').nth(1) >= Some("2026-11-08T12:00:00Z");
    let rest: String = rows.lines().filter(is_new).filter(of_acme).flat_map(|row| [row, "\n"]).collect();
    add(&mut fixture, "rest.csv", &rest);
    let silent = (ForecastKind::Silent, "port".to_owned(), true, vec![email(Silent, THEM), email(Forecast, US)]);
    assert_eq!(reported(&check(&mut fixture, "2026-11-10T16:05:00Z")), [silent]);
    deliver(&mut fixture);
    // Nothing is imported for two days, in which ACME always sends.
    let found = check(&mut fixture, "2026-11-10T22:05:00Z");
    assert_eq!(reported(&found), [(ForecastKind::NoTraffic, String::new(), true, vec![email(Forecast, US)])]);
    assert_eq!(found[0].emails[0].content.subject, "no traffic imported since Tuesday 10 November 2026 16:15");
    assert_eq!(reported(&check(&mut fixture, "2026-11-12T15:05:00Z")), []);
    // Traffic is imported again, PORT's too.
    deliver(&mut fixture);
    add(&mut fixture, "again.csv", &messages("2026-11-12T15:00", 1));
    let ended = check(&mut fixture, "2026-11-12T15:10:00Z");
    let kinds: Vec<(ForecastKind, bool, usize)> =
        ended.iter().map(|forecast| (forecast.alert.kind, forecast.alert.raised, forecast.emails.len())).collect();
    assert_eq!(kinds, [(ForecastKind::NoTraffic, false, 1), (ForecastKind::Silent, false, 2)]);
}

#[test]
fn a_new_account_is_not_compared_with_nothing() {
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    let of_acme: String = rows.lines().filter(|row| !row.contains(",port,")).flat_map(|row| [row, "\n"]).collect();
    add(&mut fixture, "acme.csv", &of_acme);
    warn(&mut fixture, |details| {
        (details.days_left, details.surge, details.silent) = (Some(valid("60d")), Some(valid("2x")), Some(valid("2h")));
    });
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T10:05:00Z")), []);
    add(&mut fixture, "first.csv", &messages("2026-11-09T10:00", 400));
    leave(&mut fixture, "5");
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T10:16:00Z")), []);
}

#[test]
fn a_balance_is_reported_with_the_hour_in_the_zone_and_again_after_a_top_up() {
    use EmailTemplate::{DaysLeft, Forecast, ForecastEnded};
    let (mut fixture, rows) = office("2026-11-06T00:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    leave(&mut fixture, "5");
    warn(&mut fixture, |details| details.days_left = Some(valid("3d")));
    let found = check(&mut fixture, "2026-11-06T12:00:00Z");
    let raised = (ForecastKind::DaysLeft, String::new(), true, vec![email(DaysLeft, THEM), email(Forecast, US)]);
    assert_eq!(reported(&found), std::slice::from_ref(&raised));
    let content = &found[0].emails[0].content;
    assert_eq!(content.subject, "Example SMS: the balance of account PORT lasts until Monday about 13:00");
    let text = content.text.replace('\n', " ");
    assert!(text.contains("was 5 EUR") || text.contains("was 5.00 EUR"), "{text}");
    assert!(text.contains("used up on Monday 9 November 2026 about 13:00 (Europe/Madrid)"), "{text}");
    deliver(&mut fixture);
    // Three and a half days are neither low nor recovered; more than four are.
    leave(&mut fixture, "8.5");
    assert_eq!(reported(&check(&mut fixture, "2026-11-06T12:05:00Z")), []);
    leave(&mut fixture, "12");
    let ended =
        (ForecastKind::DaysLeft, String::new(), false, vec![email(ForecastEnded, US), email(ForecastEnded, THEM)]);
    assert_eq!(reported(&check(&mut fixture, "2026-11-06T12:10:00Z")), [ended]);
    leave(&mut fixture, "8.5");
    assert_eq!(reported(&check(&mut fixture, "2026-11-06T12:15:00Z")), []);
    leave(&mut fixture, "-1");
    let used_up = check(&mut fixture, "2026-11-06T12:20:00Z");
    assert_eq!(reported(&used_up), [raised]);
    assert!(used_up[0].emails[0].content.subject.ends_with("the balance of account PORT is used up"));
}

#[test]
fn a_changed_setting_an_archived_customer_and_a_disabled_account_end_it_without_an_email() {
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    add(&mut fixture, "stolen.csv", &messages("2026-11-09T10:05", 500));
    warn(&mut fixture, |details| details.surge = Some(valid("5x")));
    let causes = |fixture: &mut Fixture| -> Vec<ForecastCause> {
        let alerts = fixture.read(|now| now.forecast_alerts(&now.customer("PORT")?, valid(EUR)));
        alerts.iter().filter(|alert| !alert.raised).map(|alert| alert.cause).collect()
    };
    let raise = |fixture: &mut Fixture| {
        assert_eq!(check(fixture, "2026-11-09T10:16:00Z").len(), 1);
        assert_eq!(waiting(fixture).len(), 1);
    };
    raise(&mut fixture);
    warn(&mut fixture, |details| details.surge = Some(valid("6x")));
    assert_eq!((waiting(&mut fixture).len(), causes(&mut fixture)), (0, vec![ForecastCause::Settings]));
    raise(&mut fixture);
    warn(&mut fixture, |details| details.active = false);
    assert_eq!((waiting(&mut fixture).len(), causes(&mut fixture)[0]), (0, ForecastCause::Off));
    assert_eq!(check(&mut fixture, "2026-11-09T10:16:00Z").len(), 0);
    warn(&mut fixture, |details| details.active = true);
    raise(&mut fixture);
    fixture.write(|tx| customer::archive(tx, "PORT")).expect("archived");
    assert_eq!((waiting(&mut fixture).len(), causes(&mut fixture)[0]), (0, ForecastCause::Archived));
    assert_eq!(check(&mut fixture, "2026-11-09T10:16:00Z").len(), 0);
    fixture.write(|tx| customer::unarchive(tx, "PORT")).expect("back");
    raise(&mut fixture);
    let disable = |details: &mut ssgctl::model::SmppDetails| {
        details.enabled = false;
        Ok(())
    };
    fixture.write(|tx| smpp::edit(tx, "port", disable)).expect("disabled");
    assert!(check(&mut fixture, "2026-11-09T10:16:00Z")[0].emails.is_empty());
    assert_eq!((waiting(&mut fixture).len(), causes(&mut fixture)[0]), (0, ForecastCause::Account));
    assert_eq!(fixture.findings(), Vec::<String>::new());
}

#[test]
fn the_database_refuses_to_raise_twice() {
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    add(&mut fixture, "stolen.csv", &messages("2026-11-09T10:05", 500));
    warn(&mut fixture, |details| details.surge = Some(valid("5x")));
    let found = check(&mut fixture, "2026-11-09T10:16:00Z");
    let (key, figures) = (ForecastKey::of(&found[0].alert), found[0].alert.figures);
    let insert = |fixture: &mut Fixture, raised| {
        fixture.write(|tx| tx.insert_forecast_alert(key, raised, ForecastCause::Check, &figures).map(drop))
    };
    assert!(insert(&mut fixture, true).is_err());
    assert!(insert(&mut fixture, false).is_ok());
    assert!(insert(&mut fixture, false).is_err());
}

#[test]
fn an_account_belongs_to_the_balance_that_it_is_charged_to() {
    // ACME's credits have a warning, and PORT's euros: a surge of `port` is none of ACME's, nor of PORT's other balances.
    let (mut fixture, rows) = office("2026-11-09T10:00:00Z");
    add(&mut fixture, "usual.csv", &rows);
    add(&mut fixture, "stolen.csv", &messages("2026-11-09T10:05", 500));
    for (customer, unit) in [("ACME", Unit::Sms), ("PORT", Unit::Sms)] {
        let surge = |details: &mut WarningDetails| details.surge = Some(valid("5x"));
        fixture.write(|tx| warning::set(tx, customer, unit, surge)).expect("a warning");
    }
    assert_eq!(reported(&check(&mut fixture, "2026-11-09T10:16:00Z")), []);
}
