//! Ending an import whose file is lost.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{Import, ImportState};
use crate::ops::traffic::{Intake, Plan};
use crate::store::Tx;

/// Ends an unfinished import with the rows that are in: they are charged, and the rest of the file stays out.
pub fn close(tx: &mut Tx<'_>, id: i64) -> Result<Import> {
    let import = tx.import(id)?;
    if import.state != ImportState::Unfinished {
        return Err(Error::Refused(format!("import {id} is {}", import.state)));
    }
    let plan =
        Plan { manifest: import.manifest.clone(), accounts: Vec::new(), known_days: BTreeSet::new(), repeats: false };
    Intake::resume(tx, &import, plan)?.finish(tx, ImportState::Closed)
}
