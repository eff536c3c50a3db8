//! `ssgctl` manages the customers of an SMS gateway: customer records, SMPP accounts, prepaid balances, alerts, traffic. This page
//! is the map of the code.
//!
//! # Layers
//!
//! ```text
//! cli        the binary: everything that knows a terminal. Parses arguments, calls one operation or report, prints
//!  │
//!  ├─ traffic   traffic files: parse, stage, verify, write, charge             (src/traffic/README.md)
//!  ├─ import    files of customers, contacts, notes, services, SMPP accounts, adjustments; desired state; the whole database
//!  ├─ mail      emails as values, their templates, transports, and dispatch of the outbox
//!  ├─ gateway   what other makes of gateway read and hold, and the difference to our accounts
//!  ├─ smpp      an SMPP client that binds as a customer would, and explains why it cannot
//!  ▼
//! ops        operations: one function is one business act in one transaction, with its rules and its audit events
//!  ▼
//! report     questions that take several reads, answered from one snapshot as plain data
//!  ▼
//! store      the database: Snapshot reads, Tx writes, BulkWriter imports; store/sqlite is the only home of SQLite
//!  ▼
//! model      entities and values, parsed once and valid from then on
//! ```
//!
//! `formats` holds readers and writers of file formats, which know no database, and `tls` a client that explains what it does not
//! trust. `error` holds what all of them can refuse. Each layer
//! uses only those below it, layers on the same level do not know each other, and no two files import each other in a circle.
//! `tests/layers.rs` has the table of who may use whom, and tests it.
//!
//! # Where things live
//!
//! | folder | contents |
//! | --- | --- |
//! | `src/model/` | one file per entity or value; tables of facts as data files in `data/` |
//! | `src/store/` | filters, files, the vault for SMPP passwords; `sqlite/`: `schema/`, `ledger/`, `traffic/`, `check/`, one file per other entity |
//! | `src/ops/` | `balance/`, `smpp/`, `warning/`, and one file per other entity |
//! | `src/report/` | one file per question |
//! | `src/formats/` | `csv/`, JSON, JSON lines, rejects, spreadsheet guards, files of accounting programs |
//! | `src/import/`, `src/traffic/` | importers, each a stream of rows that become operations |
//! | `src/mail/` | `templates/`, `transport/`, `dispatch.rs` |
//! | `src/cli/commands/` | a folder per command group, a file per command, with its help and its columns (`row.rs`) |
//! | `src/cli/args/` | arguments that commands share: change, list, period, export, import |
//! | `src/cli/config/` | the configuration file |
//! | `src/cli/output/` | tables, detail views, CSV, JSON, charts |
//! | `src/cli/interactive/` | prompts, the editor, the wizard |
//! | `tests/` | `main.rs` with a folder per layer; `transcripts.rs` runs the sessions in `cli/<group>/<command>.md` |
//!
//! # One command, file by file
//!
//! `ssgctl balance adjust acme -5 --description "double charge"`
//!
//! 1. `src/cli/main.rs` parses. Values are valid from here on, because clap calls their `FromStr`.
//! 2. `src/cli/commands/balance/mod.rs` finds the command; `adjust.rs` next to it builds a request.
//! 3. `Context::write` (`src/cli/context.rs`) opens one transaction, and the command calls one operation in it.
//! 4. `src/ops/balance/adjust.rs` checks the rules; `src/store/sqlite/ledger/entry.rs` appends the entry to the hash chain.
//! 5. The receipt goes to `src/cli/output/`, where every format is made from one list of columns
//!    (`src/cli/commands/balance/row.rs`).
//!
//! `--dry-run` is not a branch in this: the transaction is dropped instead of committed. A command that only reads asks the store or
//! a report directly; a command that writes always goes through `ops`.
//!
//! # What a message costs
//!
//! `src/store/sqlite/price_history.rs` keeps rows that are never changed: prices of plans, plans of services, services of accounts
//! and overlays. `prices.rs` next to it compiles them into [`model::Prices`], which finds the price of a message by account, number,
//! network and second (`src/model/plan_prices.rs`). An import keeps the version of the prices that it charged by, and runs of
//! `traffic reprice` keep theirs ([`model::ImportPrices`]). `src/report/price_lookup.rs` explains a single price, and
//! `src/report/price_notices.rs` finds whom a planned change concerns.
//!
//! # From usage to a paid invoice
//!
//! `src/store/sqlite/billing/usage.rs` finds what was charged and not billed, and `src/ops/invoice/run.rs` drafts it by month and
//! customer. `issue.rs` next to it takes the number, stores the copy (`src/report/invoice_copy.rs`) with its PDF (`src/formats/pdf/`)
//! and books the receivable, in one transaction; `email.rs` and `remind.rs` queue emails. `src/ops/payment/` settles invoices;
//! `bank.rs` does it by the entries of a bank's file, which `src/formats/camt053.rs` or `src/import/bank_csv/` read and
//! `src/model/invoice/payment_match.rs` assigns.
//!
//! # Questions at a terminal
//!
//! `src/cli/interactive/wizard/` asks for what a command line leaves open. Its answers become options, and the completed command
//! line is parsed again, so everything that can be asked can also be given.
//!
//! # Errors
//!
//! [`Error`] states in a sentence what the business, its database or its files refuse. `src/cli/error_codes.rs` lists the word that
//! programs get for each, `src/cli/exit_codes.rs` the exit codes; the manual and `docs/scripting.md` are made from these two tables
//! or checked against them. `src/cli/exit.rs` adds hints.

pub mod error;
pub mod formats;
pub mod gateway;
pub mod import;
pub mod mail;
pub mod model;
pub mod ops;
pub mod report;
pub mod smpp;
pub mod store;
pub mod tls;
pub mod traffic;

pub use error::{Error, Result};
