//! `ssgctl export` and `ssgctl import`: the whole database as one document.

mod export;
mod import;
mod tree;

pub(crate) use export::{ExportArgs, run as export};
pub(crate) use import::{ImportArgs, run as import};
