//! The self-examination of warnings: their crossings seen from the warning, from the ledger, and from the letters that tell
//! of them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Crossing, Level, Unit};
use crate::store::sqlite::check::CheckReport;
use crate::store::{LetterFilter, Snapshot};

/// A customer's row and a unit.
type Place = (i64, Unit);

impl Snapshot<'_> {
    /// Examines crossings, and letters against them.
    pub(super) fn check_warnings(&self, report: &mut CheckReport) -> Result<()> {
        let crossings = self.every_crossing()?;
        self.check_states(&crossings, report)?;
        self.check_crossed_balances(report)?;
        self.check_letters(report)
    }

    /// Crossings are numbered without a gap, and each begins where the one before it left the warning.
    fn check_states(&self, crossings: &[Crossing], report: &mut CheckReport) -> Result<()> {
        let mut states: BTreeMap<Place, Level> = BTreeMap::new();
        for (expected, crossing) in (1..).zip(crossings) {
            let Crossing { id, customer_id, unit, from, to, .. } = crossing;
            if *id != expected {
                report.add(format!("crossing {expected} is missing"));
                break;
            }
            if states.insert((*customer_id, *unit), *to).unwrap_or(Level::Ok) != *from {
                report.add(format!("crossing {id} does not begin where the one before it ended"));
            }
        }
        for warning in self.every_warning()? {
            let left = states.remove(&(warning.customer_id, warning.unit)).unwrap_or(Level::Ok);
            if left != warning.state {
                let (customer, unit, state) = (&warning.customer, warning.unit, warning.state);
                report.add(format!("the warning of {customer} {unit} is {state}, its last crossing left it {left}"));
            }
        }
        Ok(())
    }

    /// A crossing tells of what the entry that it names had left.
    fn check_crossed_balances(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT crossing.id FROM crossing LEFT JOIN entry ON entry.id = entry_id
             WHERE balance_e8 <> coalesce(balance_after_e8, 0)
                OR entry_id IS NOT NULL AND (entry.customer_id, entry.unit) IS NOT (crossing.customer_id, crossing.unit)",
        )?;
        let mut crossings = statement.query([])?;
        while let Some(crossing) = crossings.next()? {
            let id: i64 = crossing.get(0)?;
            report.add(format!("crossing {id} does not tell of the balance that its entry left"));
        }
        Ok(())
    }

    /// A letter about a crossing is of its customer, its time and its kind, comes once to each recipient, and knows its
    /// attempts.
    fn check_letters(&self, report: &mut CheckReport) -> Result<()> {
        self.letters(&LetterFilter::default(), |_| Ok::<_, Error>(()))?;
        let mut faults = |sql: &str, fault: &str| -> Result<()> {
            let mut statement = self.transaction.prepare(sql)?;
            let mut letters = statement.query([])?;
            while let Some(letter) = letters.next()? {
                report.add(format!("letter {} {fault}", letter.get::<_, i64>(0)?));
            }
            Ok(())
        };
        faults(
            "SELECT letter.id FROM letter JOIN crossing ON crossing.id = crossing_id
             WHERE letter.customer_id IS NOT crossing.customer_id OR created_at <> at
                OR (kind = 'all-clear') <> (to_state = 'ok') OR (kind = 'low-lower') > (to_state = 'lower')
                OR (kind = 'low-upper') > (to_state = 'upper')",
            "does not tell of its crossing",
        )?;
        faults(
            "SELECT max(id) FROM letter WHERE crossing_id IS NOT NULL GROUP BY crossing_id, recipient, kind HAVING count(*) > 1",
            "tells the same to the same recipient once more",
        )?;
        faults(
            "SELECT letter.id FROM letter JOIN smpp_account ON smpp_account.id = password_of
             WHERE letter.customer_id IS NOT smpp_account.customer_id",
            "tells the password of an account that is not its customer's",
        )?;
        faults(
            "SELECT id FROM letter WHERE (attempts - (state = 'sending'), attempts - (state = 'sending')) <>
                (SELECT count(*), coalesce(max(number), 0) FROM letter_attempt WHERE letter_id = id)
                OR (state = 'sent') <> EXISTS (SELECT 1 FROM letter_attempt
                WHERE letter_id = id AND outcome = 'sent')",
            "is not as its attempts left it",
        )
    }
}
