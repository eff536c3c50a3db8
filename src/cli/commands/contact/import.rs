//! `ssgctl contact import`.

use ssgctl::import::contact::Contacts;

use crate::args::import::ImportCommand;

impl ImportCommand for Contacts {
    const ABOUT: &str = "Import contacts from a file, all or nothing";
    const DETAILS: &str = "\
        The columns are customer, name, email, mobile and roles, as in `contact export`. A row is matched with a contact by customer \
        and email address, or by name if the row has no address. A contact that is equal to the row is left unchanged. Two rows \
        that differ are two contacts, even if they share a name or an address.";
    const EXAMPLES: &str = "Examples:
  ssgctl contact import contacts.csv --dry-run
  ssgctl contact import contacts.csv --update --reason 'new list of March'";
}
