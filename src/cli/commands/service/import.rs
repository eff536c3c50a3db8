//! `ssgctl service import`.

use ssgctl::import::service::Services;

use crate::args::import::Imported;

impl Imported for Services {
    const ABOUT: &str = "Make and change services from a file, all or nothing";
    const DETAILS: &str = "\
        The columns are code, name, unit, price and `api_id`; `service export` writes them. A service is known by its code, and its \
        unit and API ID never change.";
    const EXAMPLES: &str = "Examples:
  ssgctl service import services.csv --dry-run
  ssgctl service import prices.csv --update --reason 'prices of 2027'";
}
