//! The common part of `mail retry` and `mail cancel`: change emails by number.

use ssgctl::model::OutboxEmail;
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;

/// Applies an operation to each email in one transaction, and notes which emails it did not change.
pub(super) fn change(
    context: &mut Context,
    ids: &[i64],
    change: &ChangeArgs,
    operation: impl Fn(&mut Tx<'_>, i64) -> ssgctl::Result<OutboxEmail>,
) -> Result<()> {
    let mut unchanged = Vec::new();
    let emails = context.write(change, |tx| {
        let mut change_one = |&id: &i64| {
            let (before, email) = (tx.email(id)?, operation(tx, id)?);
            if email == before {
                unchanged.push(email.clone());
            }
            Ok(email)
        };
        ids.iter().map(&mut change_one).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    for email in unchanged {
        context.note(&format!("email {} is {} already; nothing was changed", email.id, email.state));
    }
    context.output.rows(&emails)
}
