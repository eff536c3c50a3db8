//! `ssgctl service export`.

use ssgctl::model::Service;
use ssgctl::store::{ArchiveFilter, ServiceFilter, Snapshot};

use crate::args::export::ExportCommand;
use crate::exit::Result;

impl ExportCommand for Service {
    const ABOUT: &str = "Export all services in the columns of `service import`";
    const EXAMPLES: &str = "Examples:
  ssgctl service export > services.csv
  ssgctl service export --file services.json";
    const FIELDS: &[&str] = ssgctl::import::service::FIELDS;

    fn read(snapshot: &Snapshot<'_>, _: ArchiveFilter, each: impl FnMut(Self) -> Result<()>) -> Result<()> {
        snapshot.services(&ServiceFilter::default(), each)
    }
}
