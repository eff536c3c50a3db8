//! Ends an import whose file is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::{Import, ImportPrices, ImportState};
use crate::store::Tx;
use crate::traffic::{ImportRun, WritePlan};

/// Ends an unfinished import with the rows that are written: they are charged, and the rest of the file is not imported.
pub fn close(tx: &mut Tx<'_>, id: i64) -> Result<Import> {
    let import = tx.import(id)?;
    if import.state != ImportState::Unfinished {
        return Err(Error::Refused(format!("import {id} is {}", import.state)));
    }
    // No further rows of the file are read.
    let plan =
        WritePlan::new(import.manifest.clone(), (Vec::new(), ImportPrices::default(), None), BTreeSet::new(), false);
    ImportRun::resume(tx, &import, Arc::new(plan))?.finish(tx, ImportState::Closed)
}
