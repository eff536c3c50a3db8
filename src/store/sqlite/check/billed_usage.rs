//! Checks what invoices bill of usage and fees: sums, what is carried, and that the charges of the ledger are those of the traffic that
//! invoices bill.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Currency, EntryKind, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::{Snapshot, TrafficFilter};

impl Snapshot<'_> {
    pub(super) fn check_billed_usage(&self, report: &mut CheckReport) -> Result<()> {
        self.check_usage_bills(report)?;
        self.check_charges(report)
    }

    /// Checks that the usage of each invoice is the sum of what it bills, that what one carries is what the next begins with, and that
    /// nothing but an invoice takes usage out of a balance.
    fn check_usage_bills(&self, report: &mut CheckReport) -> Result<()> {
        let mut faults = |sql: &str, fault: &str| -> Result<()> {
            let mut statement = self.transaction.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                report.add(format!("{} {fault}", row.get::<_, String>(0)?));
            }
            Ok(())
        };
        faults(
            "SELECT 'invoice ' || usage_bill.invoice_id FROM usage_bill WHERE usage_e8 IS NOT
                (SELECT coalesce(sum(charge_e8), 0) FROM billed_usage WHERE billed_usage.invoice_id = usage_bill.invoice_id)
             UNION SELECT 'invoice ' || billed_usage.invoice_id FROM billed_usage LEFT JOIN usage_bill USING (invoice_id)
                WHERE usage_bill.invoice_id IS NULL",
            "bills other usage than it says",
        )?;
        faults(
            "SELECT 'invoice ' || id FROM (SELECT invoice.id, carried_before_e8, lag(carried_after_e8, 1, 0)
                OVER (PARTITION BY customer_id, currency ORDER BY invoice.id) AS carried_e8
                FROM usage_bill JOIN invoice ON invoice.id = invoice_id WHERE cancelled_at IS NULL)
             WHERE carried_before_e8 <> carried_e8",
            "does not carry on what the one before left",
        )?;
        faults(
            "SELECT 'entry ' || entry.id FROM entry LEFT JOIN issued_invoice ON entry_id = entry.id
             WHERE kind = 'invoiced' AND entry_id IS NULL",
            "takes usage out of a balance without an invoice",
        )?;
        faults(
            "SELECT DISTINCT 'fee ' || one.fee_id FROM billed_fee AS one
             JOIN billed_fee AS other ON other.fee_id = one.fee_id AND other.first_day BETWEEN one.first_day AND one.last_day
                AND (other.invoice_id, other.first_day) <> (one.invoice_id, one.first_day)
             WHERE NOT EXISTS (SELECT 1 FROM invoice WHERE id IN (one.invoice_id, other.invoice_id) AND cancelled_at IS NOT NULL)",
            "has days that are billed twice",
        )
    }

    /// Checks that what customers with invoices of usage were charged is what their traffic says. What is billed is subtracted from the
    /// traffic, and what the balance has left follows from the charges, so that invoiced + prepaid + unbilled + carried = charged.
    fn check_charges(&self, report: &mut CheckReport) -> Result<()> {
        // Charges are posted when an import ends, its traffic is there before.
        let unfinished = "SELECT EXISTS (SELECT 1 FROM import WHERE ended_at IS NULL)";
        if self.transaction.query_row(unfinished, [], |row| row.get(0))? {
            return Ok(());
        }
        let mut charged = self.charges_of_billed_customers()?;
        if charged.is_empty() {
            return Ok(());
        }
        let accounts = self.traffic_accounts(&TrafficFilter::default())?;
        let customers: BTreeMap<i64, i64> = accounts.iter().map(|account| (account.id, account.customer_id)).collect();
        self.traffic_months(i32::MIN..=i32::MAX, |key, sum| {
            let customer = customers.get(&key.account_id).copied().unwrap_or_default();
            if let Some(left) = charged.get_mut(&(customer, key.unit)) {
                *left -= i128::from(sum.charge.e8());
            }
            Ok::<_, Error>(())
        })?;
        for ((customer, unit), left) in charged {
            if left != 0 {
                let code = self.customer_of(customer)?.account_code;
                report.add(format!("customer {code} was charged another amount in {unit} than its traffic says"));
            }
        }
        Ok(())
    }

    /// What customers were charged for messages, of those and in those currencies in which invoices bill usage.
    fn charges_of_billed_customers(&self) -> Result<BTreeMap<(i64, Unit), i128>> {
        let mut statement = self.transaction.prepare(
            "SELECT DISTINCT customer_id, currency, coalesce(accrued_e8, 0)
             FROM usage_bill JOIN invoice ON invoice.id = invoice_id
             LEFT JOIN balance USING (customer_id) WHERE balance.unit = currency",
        )?;
        let mut rows = statement.query([])?;
        let mut charged = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (customer, currency, accrued): (i64, Currency, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let sums = self.entry_sums(customer)?;
            let of_charges =
                sums.iter().find(|sum| sum.unit == Unit::Currency(currency) && sum.kind == EntryKind::Charge);
            let posted = match of_charges.map(|sum| (sum.added, sum.taken)) {
                None => 0,
                Some((Some(added), Some(taken))) => i128::from(added.e8()) + i128::from(taken.e8()),
                // Larger than an amount can be.
                Some(_) => continue,
            };
            charged.insert((customer, Unit::Currency(currency)), -(posted + i128::from(accrued)));
        }
        Ok(charged)
    }
}
