//! The store: opening, backups, damage, the guards of the ledger, snapshots, secrets, lists and reports.

mod backup;
mod bundle;
mod chains;
mod charges_of_schema_17;
mod damage;
mod disks;
mod far_dates;
pub mod forecast;
mod invoice_columns;
mod invoice_guards;
mod invoices_of_schema_24;
mod ledger_guards;
mod lists;
mod migrations;
mod old_schemas;
mod opening;
mod overview;
mod released_schemas;
mod reports;
mod runway;

mod secrets;
mod snapshot;
mod traffic;
mod traffic_comparison;
mod traffic_of_schema_13;
mod traffic_reports;
