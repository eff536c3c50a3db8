//! `ssgctl service import`.

use ssgctl::import::service::Services;

use crate::args::import::ImportCommand;

impl ImportCommand for Services {
    const ABOUT: &str = "Import services from a file, all or nothing";
    const ADDS_FIRST_RECORDS: bool = true;
    const DETAILS: &str = "\
        The columns are code, name, unit, price and `api_id`, as in `service export`. A row is matched with a service by its code. \
        The unit and the API ID of an existing service cannot change. A new service without a unit is charged in SMS credits, and \
        one without a price costs 1 of its unit per message part.";
    const EXAMPLES: &str = "Examples:
  ssgctl service import services.csv --dry-run
  ssgctl service import prices.csv --update --reason 'prices of 2027'";
}
