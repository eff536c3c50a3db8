//! Files of adjustments: `customer`, `amount` and `description`, and perhaps `unit`, `reference` and `key`.

use std::io::BufRead;

use crate::error::{Fault, Faults};
use crate::ingest::{Row, Rows};
use crate::ops::balance::{Adjustment, AdjustmentRow};

/// The columns that mean something.
pub const COLUMNS: [&str; 6] = ["customer", "amount", "unit", "description", "reference", "key"];

/// Reads a whole file of adjustments, or tells everything that is wrong with it.
pub fn adjustments(input: impl BufRead) -> Result<Vec<AdjustmentRow>, Faults> {
    let mut faults = Faults::default();
    let mut read = Vec::new();
    match Rows::open(input) {
        Ok(mut rows) => loop {
            let fault = match rows.next_row() {
                Ok(None) => break,
                Ok(Some(row)) => match adjustment(&row) {
                    Ok(adjustment) => {
                        read.push(adjustment);
                        continue;
                    }
                    Err(fault) => fault,
                },
                Err(fault) => fault,
            };
            if !faults.add(fault) {
                break;
            }
        },
        Err(fault) => {
            faults.add(fault);
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

fn adjustment(row: &Row) -> Result<AdjustmentRow, Fault> {
    Ok(AdjustmentRow {
        line: row.line(),
        customer: row.required_text("customer")?,
        adjustment: Adjustment {
            unit: row.optional("unit")?,
            amount: row.required("amount")?,
            description: row.required("description")?,
            reference: row.optional("reference")?,
            key: row.optional("key")?,
            allow_negative: false,
        },
    })
}
