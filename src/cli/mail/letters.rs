//! Changing letters by their numbers, as `retry` and `cancel` do.

use ssgctl::model::Letter;
use ssgctl::store::Tx;

use crate::change::ChangeArgs;
use crate::context::Context;
use crate::exit::Result;

/// Does a deed to each letter, all or none, and tells of those that were so already.
pub(super) fn change(
    context: &mut Context,
    ids: &[i64],
    change: &ChangeArgs,
    deed: impl Fn(&mut Tx<'_>, i64) -> ssgctl::Result<Letter>,
) -> Result<()> {
    let mut unchanged = Vec::new();
    let letters = context.write(change, |tx| {
        let mut one = |&id: &i64| {
            let (before, letter) = (tx.letter(id)?, deed(tx, id)?);
            if letter == before {
                unchanged.push(letter.clone());
            }
            Ok(letter)
        };
        ids.iter().map(&mut one).collect::<ssgctl::Result<Vec<_>>>()
    })?;
    for letter in unchanged {
        context.note(&format!("letter {} is {} already; nothing was changed", letter.id, letter.state));
    }
    context.output.all(&letters)
}
