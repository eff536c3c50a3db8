//! Whatever happens to a balance, its warning and its emails, in any order: every recipient is notified, no untrue email waits.

use proptest::prelude::*;
use ssgctl::model::{
    Crossing, CrossingCause, EmailState, EmailTemplate, Level, OutboxEmail, SendOutcome, Unit, Warning,
};
use ssgctl::ops::warning::{self, CrossingAlert};
use ssgctl::ops::{customer, outbox};

use super::warning::{THEM, bring_to, compose, fixture, warn};
use crate::support::fixture::{Fixture, cases, valid};

/// Something that happens to ACME.
#[derive(Debug, Clone)]
enum Step {
    Balance(u8),
    Thresholds(Option<(u8, Option<u8>)>),
    Active(bool),
    Archive,
    Unarchive,
    Check,
    /// Emails are claimed, and not yet sent.
    Claim(u64),
    /// What comes of the emails that were claimed.
    End(SendOutcome),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let outcome = prop_oneof![
        3 => Just(SendOutcome::Sent),
        2 => Just(SendOutcome::Deferred("451".to_owned())),
        1 => Just(SendOutcome::Refused("550".to_owned())),
        2 => Just(SendOutcome::Unanswered("hung up".to_owned())),
    ];
    let thresholds = (0..=30_u8).prop_flat_map(|upper| (Just(upper), proptest::option::of(0..=upper)));
    prop_oneof![
        6 => (0..=30_u8).prop_map(Step::Balance),
        2 => proptest::option::weighted(0.8, thresholds).prop_map(Step::Thresholds),
        3 => any::<bool>().prop_map(Step::Active),
        2 => Just(Step::Archive),
        3 => Just(Step::Unarchive),
        8 => Just(Step::Check),
        5 => (1..3_u64).prop_map(Step::Claim),
        4 => outcome.prop_map(Step::End),
        2 => prop::sample::select(vec![1_i64, 6, 20, 400]).prop_map(Step::Wait),
    ]
}

/// ACME, and the emails that a run has claimed.
struct Walk {
    fixture: Fixture,
    claimed: Vec<OutboxEmail>,
    minutes: i64,
}

impl Walk {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Balance(amount) => {
                let amount = amount.to_string();
                if !self.is_archived() && self.fixture.credits("ACME") != valid(&amount) {
                    bring_to(&mut self.fixture, &amount);
                }
            }
            // What an archived customer refuses is refused.
            Step::Thresholds(thresholds) => {
                let _ = warn(&mut self.fixture, |details| {
                    details.upper = thresholds.map(|(upper, _)| valid(&upper.to_string()));
                    details.lower = thresholds.and_then(|(_, lower)| lower).map(|lower| valid(&lower.to_string()));
                });
            }
            Step::Active(active) => drop(warn(&mut self.fixture, |details| details.active = *active)),
            Step::Archive => drop(self.fixture.write(|tx| customer::archive(tx, "ACME"))),
            Step::Unarchive => drop(self.fixture.write(|tx| customer::unarchive(tx, "ACME"))),
            Step::Check => self.check(),
            Step::Claim(most) => {
                self.claimed.extend(
                    self.fixture
                        .write(|tx| crate::support::fixture::claim(tx, usize::try_from(*most).expect("small")))
                        .expect("claimed"),
                );
            }
            Step::End(outcome) => {
                let ended = std::mem::take(&mut self.claimed);
                let record = |email| self.fixture.write(|tx| outbox::record(tx, email, outcome).map(drop));
                ended.into_iter().try_for_each(record).expect("recorded");
            }
            Step::Wait(minutes) => {
                self.minutes += minutes;
                let (day, minutes) = (24 + self.minutes / 1440, self.minutes % 1440);
                self.fixture.at(&format!("2026-11-{day}T{:02}:{:02}:00Z", minutes / 60, minutes % 60));
            }
        }
    }

    /// A check has the lock, so whatever is claimed is of a run that is dead.
    fn check(&mut self) {
        self.claimed.clear();
        let check = |fixture: &mut Fixture| {
            let check = fixture.write(|tx| {
                outbox::find_abandoned(tx)?;
                warning::check_balances(tx, &[], &compose)
            });
            check.expect("judged").alerts
        };
        let before = self.fixture.emails();
        for judged in check(&mut self.fixture) {
            check_recipients(&judged, &before);
        }
        assert!(check(&mut self.fixture).is_empty(), "a second check has nothing to say");
        let (warning, balance) = (self.warning(), self.fixture.credits("ACME"));
        if warning.details.active && !self.is_archived() {
            assert_eq!(warning.state, warning.details.level(balance));
            assert!(
                warning.state == Level::Ok || self.is_customer_notified(),
                "left untold: {:?}",
                self.fixture.emails()
            );
        }
        assert_eq!(self.fixture.findings(), Vec::<String>::new());
    }

    fn is_archived(&mut self) -> bool {
        self.fixture.read(|now| now.customer("ACME")).lifecycle.archived_at.is_some()
    }

    fn warning(&mut self) -> Warning {
        self.fixture.read(|now| now.warning(&now.customer("ACME")?, Unit::Sms)).expect("a warning")
    }

    fn crossings(&mut self) -> Vec<Crossing> {
        self.fixture.read(|now| now.crossings(now.customer("ACME")?.id, Unit::Sms))
    }

    /// Whether the customer was sent an email, or will be, since the balance was last above its thresholds.
    fn is_customer_notified(&mut self) -> bool {
        let episode: Vec<i64> = self
            .crossings()
            .iter()
            .take_while(|crossing| crossing.to != Level::Ok)
            .map(|crossing| crossing.id)
            .collect();
        self.fixture.emails().iter().any(|email| {
            email.crossing_id.is_some_and(|id| episode.contains(&id)) && email.state != EmailState::Cancelled
        })
    }

    /// Only emails of the last crossing wait, and none where there is nothing to report.
    fn nothing_untrue_waits(&mut self) {
        let (warning, archived, crossings) = (self.warning(), self.is_archived(), self.crossings());
        for email in self.fixture.emails().iter().filter(|email| email.next_attempt_at.is_some()) {
            let last = &crossings[0];
            assert_eq!(email.crossing_id, Some(last.id), "{email:?}");
            assert!(warning.details.active && !archived && last.cause == CrossingCause::Balance, "{email:?}");
        }
    }
}

/// Recovery emails go to recipients who may have been warned, and a recovery queues no other email.
fn check_recipients(judged: &CrossingAlert, before: &[OutboxEmail]) {
    for email in &judged.emails {
        let is_clear = email.content.template == EmailTemplate::Recovered;
        assert_eq!(is_clear, judged.crossing.to == Level::Ok);
        let warned = |earlier: &OutboxEmail| earlier.recipient == email.recipient && earlier.may_have_arrived();
        assert!(!is_clear || before.iter().any(warned), "{email:?}");
        assert_eq!(email.recipient.as_str(), THEM);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 300, ..cases(64) })]

    #[test]
    fn whatever_happens_every_recipient_is_notified_and_nothing_untrue_waits(steps in prop::collection::vec(step(), 1..60)) {
        let mut walk = Walk { fixture: fixture(), claimed: Vec::new(), minutes: 12 * 60 };
        for step in &steps {
            walk.take(step);
            walk.nothing_untrue_waits();
        }
        walk.take(&Step::Check);
    }
}
