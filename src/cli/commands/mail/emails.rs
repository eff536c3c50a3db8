//! Changing emails by their numbers, as `retry` and `cancel` do.

use ssgctl::model::OutboxEmail;
use ssgctl::store::Tx;

use crate::args::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;

/// Does a deed to each email, all or none, and tells of those that were so already.
pub(super) fn change(
    context: &mut Context,
    ids: &[i64],
    change: &ChangeArgs,
    deed: impl Fn(&mut Tx<'_>, i64) -> ssgctl::Result<OutboxEmail>,
) -> Result<()> {
    let mut unchanged = Vec::new();
    let emails = context.write(change, |tx| {
        let mut one = |&id: &i64| {
            let (before, email) = (tx.email(id)?, deed(tx, id)?);
            if email == before {
                unchanged.push(email.clone());
            }
            Ok(email)
        };
        ids.iter().map(&mut one).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    for email in unchanged {
        context.note(&format!("email {} is {} already; nothing was changed", email.id, email.state));
    }
    context.output.all(&emails)
}
