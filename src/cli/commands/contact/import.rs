//! `ssgctl contact import`.

use ssgctl::import::contact::Contacts;

use crate::args::import::Imported;

impl Imported for Contacts {
    const ABOUT: &str = "Add and change people at customers from a file, all or nothing";
    const DETAILS: &str = "\
        The columns are customer, name, email, mobile and roles; `contact export` writes them. Somebody is known by customer and \
        email address, or by the name where the row has no address; who is there already, just so, is left alone. Two rows \
        mean the same person only if they say the same.";
    const EXAMPLES: &str = "Examples:
  ssgctl contact import contacts.csv --dry-run
  ssgctl contact import contacts.csv --update --reason 'new list of March'";
}
