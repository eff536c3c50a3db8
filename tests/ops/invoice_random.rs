//! Random histories of a customer who is prepaid and postpaid in turn, against a model of a few sums.

use proptest::prelude::*;
use ssgctl::model::invoice::{Invoice, InvoiceKind, ReceivableKind};
use ssgctl::model::{Billing, Money, PriceDestination, Unit};
use ssgctl::ops::invoice;
use ssgctl::ops::payment::PaymentTarget;
use ssgctl::ops::price::{self, NewPrice};
use ssgctl::report::unbilled_usage;
use ssgctl::store::{InvoiceFilter, ReceivableFilter};
use ssgctl::traffic::{self, RepriceAccounts, RepriceRequest};

use super::invoice_run::{Row, UK, fixture, import, month, run, set_billing};
use crate::support::billing::{invoicing, writing_off};
use crate::support::fixture::{Fixture, adjustment_in, cases, collect, valid};

/// What happens next. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Act {
    Import(Vec<(u32, u32)>),
    Revert,
    Reprice(u32),
    Switch(bool),
    /// An adjustment of the balance by thousandths.
    Adjust(i32),
    Run(u32, bool),
    Cancel,
    Credit(usize, bool),
    WriteOff(usize),
    ReverseWriteOff(usize),
    Pay(u32),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let message = (0_u32..90, 1_u32..40);
    let act = prop_oneof![
        5 => prop::collection::vec(message, 1..6).prop_map(Act::Import),
        1 => Just(Act::Revert),
        1 => (1_u32..900).prop_map(Act::Reprice),
        2 => any::<bool>().prop_map(Act::Switch),
        3 => (-400_i32..600).prop_map(Act::Adjust),
        4 => ((0_u32..3), any::<bool>()).prop_map(|(month, issue)| Act::Run(month, issue)),
        1 => Just(Act::Cancel),
        1 => ((0_usize..9), any::<bool>()).prop_map(|(of, whole)| Act::Credit(of, whole)),
        1 => (0_usize..9).prop_map(Act::WriteOff),
        1 => (0_usize..9).prop_map(Act::ReverseWriteOff),
        1 => (1_u32..100).prop_map(Act::Pay),
    ];
    prop::collection::vec(act, 1..18)
}

/// All that the model knows.
struct World {
    fixture: Fixture,
    /// The parts of the messages of each import, and the price of a part in 1e-8 that they were last charged.
    imports: Vec<(i64, i64)>,
    price: i64,
    added: i64,
    messages: u32,
}

impl World {
    fn charged(&self) -> i64 {
        self.imports.iter().map(|(parts, price)| parts * price).sum()
    }

    fn invoices(&mut self) -> Vec<Invoice> {
        self.fixture.read(|now| collect(|each| now.invoices(&InvoiceFilter::default(), each)))
    }

    /// The net amounts of all drafts and invoices that were not cancelled.
    fn billed(&mut self, of_issued_only: bool) -> i64 {
        let counts = |invoice: &Invoice| {
            invoice.kind == InvoiceKind::Invoice
                && invoice.cancelled_at.is_none()
                && (invoice.issued.is_some() || !of_issued_only)
        };
        self.invoices().iter().filter(|invoice| counts(invoice)).map(|invoice| invoice.net.e8()).sum()
    }

    fn number(&mut self, of: usize) -> Option<String> {
        let mut issued = self.invoices();
        issued.retain(|invoice| invoice.issued.is_some() && invoice.kind == InvoiceKind::Invoice);
        issued.get(of % issued.len().max(1)).map(Invoice::name)
    }

    fn import(&mut self, rows: &[(u32, u32)]) {
        let named: Vec<(String, String, u32)> = rows
            .iter()
            .map(|(day, parts)| {
                self.messages += 1;
                let (month, day) = (9 + day / 30, day % 30 + 1);
                (self.messages.to_string(), format!("2026-{month:02}-{day:02}T10:00:00Z"), *parts)
            })
            .collect();
        let rows: Vec<Row<'_>> = named.iter().map(|(id, at, parts)| (id.as_str(), at.as_str(), UK, *parts)).collect();
        import(&mut self.fixture, &format!("f{}", self.imports.len()), &rows);
        self.imports.push((rows.iter().map(|row| i64::from(row.3)).sum(), self.price));
    }

    fn reprice(&mut self, price_e6: u32) {
        let price = Money::from_e8(i64::from(price_e6) * 1000);
        let new = NewPrice { destination: PriceDestination::Default, price, effective_from: None, until: None };
        let plan = self.fixture.read(|now| Ok(now.service("euro")?.plan)).to_string();
        self.fixture.write(|tx| price::set(tx, &plan, new)).expect("set");
        let [from, until] = ["2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z"].map(valid);
        let request = RepriceRequest { from, until, accounts: RepriceAccounts::All, key: None };
        self.fixture.write(|tx| traffic::reprice(tx, &request)).expect("repriced");
        self.price = price.e8();
        self.imports.iter_mut().for_each(|import| import.1 = self.price);
    }

    /// Does an act if the rules allow it.
    fn act(&mut self, act: &Act) {
        match act {
            Act::Import(rows) => self.import(rows),
            Act::Revert => {
                let id = i64::try_from(self.imports.len()).expect("few");
                let is_reverted = id > 0 && self.fixture.write(|tx| traffic::revert(tx, id)).is_ok();
                if let Some(last) = self.imports.last_mut().filter(|_| is_reverted) {
                    last.0 = 0;
                }
            }
            Act::Reprice(price) => self.reprice(*price),
            Act::Switch(postpaid) => {
                let billing = if *postpaid { Billing::Postpaid } else { Billing::Prepaid };
                set_billing(&mut self.fixture, "ACME", billing);
            }
            Act::Adjust(thousandths) => {
                let amount = Money::from_e8(i64::from(*thousandths) * 100_000);
                let mut adjustment = adjustment_in("EUR", "1");
                (adjustment.amount, adjustment.allow_negative) = (amount, true);
                if self.fixture.adjust("ACME", &adjustment).is_ok() {
                    self.added += amount.e8();
                }
            }
            Act::Run(month, issue) => {
                run(&mut self.fixture, &format!("2026-{:02}-01", month + 9), *issue).expect("run");
            }
            Act::Cancel => {
                let draft = self.fixture.read(|now| now.last_usage_bill(now.customer("ACME")?.id, valid("EUR")));
                if let Some((draft, _)) = draft {
                    let _ = self.fixture.write(|tx| invoice::cancel(tx, &draft.to_string()));
                }
            }
            Act::Credit(..) | Act::WriteOff(_) | Act::ReverseWriteOff(_) | Act::Pay(_) => self.settle(act),
        }
    }

    fn settle(&mut self, act: &Act) {
        let (Act::Credit(of, _) | Act::WriteOff(of) | Act::ReverseWriteOff(of)) = act else {
            if let Act::Pay(cents) = act {
                self.fixture.pay(&format!("0.{cents:02}"), PaymentTarget::Oldest).expect("paid");
            }
            return;
        };
        let Some(name) = self.number(*of) else { return };
        let request = writing_off("why", None);
        let _ = match act {
            Act::Credit(_, true) => self.fixture.credit_invoice(&name, &[]).map(drop),
            Act::Credit(_, false) => self.fixture.credit_invoice(&name, &[(1, Some("0.01"))]).map(drop),
            Act::WriteOff(_) => {
                self.fixture.write(|tx| invoice::write_off(tx, &invoicing(), &name, &request)).map(drop)
            }
            _ => self.fixture.write(|tx| invoice::reverse_write_off(tx, &invoicing(), &name, &request)).map(drop),
        };
    }
}

proptest! {
    #![proptest_config(cases(12))]

    /// Invoiced, prepaid, unbilled and carried together are what was charged, after every history. And once all months are billed, the
    /// invoices are the charges less what was added to the balance, cut to a cent; or what they were before, if that was more.
    #[test]
    fn usage_is_billed_once_or_was_prepaid(acts in acts()) {
        let mut world =
            World { fixture: fixture(), imports: Vec::new(), price: 333_000, added: 0, messages: 0 };
        world.fixture.at("2026-12-05T12:00:00Z");
        for act in &acts {
            world.act(act);
        }
        prop_assert_eq!(world.fixture.findings(), Vec::<String>::new());
        let unbilled = world.fixture.read(|now| unbilled_usage(now, month("2026-11-01")));
        let unbilled: i64 = unbilled.iter().map(|usage| usage.usage.charge.e8()).sum();
        let carried = world.fixture.read(|now| now.last_usage_bill(now.customer("ACME")?.id, valid("EUR")));
        let carried = carried.map_or(0, |(_, bill)| bill.carried_after.e8());
        let prepaid = world.fixture.read(|now| Ok(now.prepaid_usage()?.first().map_or(0, |(_, prepaid)| prepaid.e8())));
        let billed = world.billed(false);
        prop_assert_eq!(billed + prepaid + unbilled + carried, world.charged());
        let balance = world.fixture.balance("ACME", Unit::Currency(valid("EUR"))).map_or(0, |balance| balance.balance.e8());
        prop_assert_eq!(balance, world.added - world.charged() + world.billed(true));
        set_billing(&mut world.fixture, "ACME", Billing::Postpaid);
        run(&mut world.fixture, "2026-11-01", true).expect("run");
        let due = world.charged() - world.added.clamp(0, world.charged());
        prop_assert_eq!(world.billed(false), billed.max(due - due % 1_000_000));
        prop_assert!(run(&mut world.fixture, "2026-11-01", true).expect("run").invoices.is_empty(), "a run again");
        prop_assert_eq!(world.fixture.findings(), Vec::<String>::new());
        receivables_add_up(&mut world)?;
    }
}

/// What is open of invoices is what they say, less credit notes, payments and what is written off.
fn receivables_add_up(world: &mut World) -> Result<(), TestCaseError> {
    let entries = world.fixture.read(|now| collect(|each| now.receivables(&ReceivableFilter::default(), each)));
    let unused: i64 = entries
        .iter()
        .filter(|entry| matches!(entry.booking.kind, ReceivableKind::Payment | ReceivableKind::CreditNote))
        .map(|entry| entry.unallocated().e8())
        .sum();
    let invoices = world.invoices().into_iter().filter(|invoice| invoice.kind == InvoiceKind::Invoice);
    let open: i64 = invoices.filter_map(|invoice| invoice.issued).map(|issued| issued.open().e8()).sum();
    let owed: i64 = entries.iter().map(|entry| entry.booking.amount.e8()).sum();
    prop_assert_eq!(open, owed + unused);
    Ok(())
}
