//! What must hold of any bytes that come in as a file: no panic, no end without an end, no fault on a line that the file does not have,
//! and nothing left of what was not saved.
//!
//! The fuzzer calls these with files of its own making, and `tests/formats/seeds.rs` with the seeds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a check fails by panicking, and each target has its own"
)]

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::net::{Shutdown, TcpListener};
use std::thread;
use std::time::Duration;

use jiff::tz::TimeZone;
use ssgctl::Error;
use ssgctl::error::Faults;
use ssgctl::formats::camt053::read_camt053;
use ssgctl::formats::{ColumnMapping, Dialect, RecordReader};
use ssgctl::gateway::{GatewayProduct, differences};
use ssgctl::import::bank_csv::{BankCsvOptions, read_bank_csv};
use ssgctl::import::customer::{Customers, Match};
use ssgctl::import::price_list::{PriceColumns, PriceListOptions, price_list};
use ssgctl::import::{OnExisting, import};
use ssgctl::import::{adjustment, cug, document};
use ssgctl::model::{CustomerDetails, EffectiveFrom, Key, Money, Origin, PlanBasis, Port, SmppDetails};
use ssgctl::ops;
use ssgctl::ops::service::NewService;
use ssgctl::ops::smpp::NewAccount;
use ssgctl::smpp::{BindCredentials, BindType, Endpoint, ProbeOutcome, probe};
use ssgctl::store::vault::Vault;
use ssgctl::store::{Clock, Location, Store};
use ssgctl::traffic;
use ssgctl::traffic::{ExpectedTotals, ImportProgress, ImportRequest, ParseOptions, Source};
use tempfile::TempDir;

/// A database with a customer, and an account each in credits and in euros.
pub struct Context {
    folder: TempDir,
    store: Store,
    origin: Origin,
}

thread_local! {
    static CONTEXT: std::cell::RefCell<Context> = std::cell::RefCell::new(Context::new());
    static EMPTY: std::cell::RefCell<Context> = std::cell::RefCell::new(Context::empty());
}

impl Context {
    /// A database without anything.
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let location = Location { path: folder.path().join("fuzz.db"), create: true, wait: Duration::from_secs(30) };
        let clock = Clock::Fixed("2026-11-24T12:00:00Z".parse().expect("time"));
        let store = Store::open(&location, clock).expect("store");
        let origin = Origin {
            actor: "fuzz".parse().expect("actor"),
            uid: 1000,
            sudo_user: None,
            reason: None,
            command: "fuzz".to_owned(),
            version: "0.0.0".to_owned(),
        };
        Self { folder, store, origin }
    }

    fn new() -> Self {
        let Self { folder, mut store, origin } = Self::empty();
        let vault = Vault::open_or_create(&folder.path().join("key")).expect("vault");
        let mut tx = store.write(&origin).expect("lock");
        let code = "ACME".parse().expect("code");
        ops::customer::new(&mut tx, Some(code), CustomerDetails::of("Acme".parse().expect("name"))).expect("customer");
        let [code, unit, price] = ["euro", "EUR", "0.05"];
        let euro = NewService::at_price(
            code.parse().expect("code"),
            "Euro".parse().expect("name"),
            unit.parse().expect("unit"),
            price.parse().expect("price"),
        );
        ops::service::new(&mut tx, euro).expect("service");
        for (system_id, service) in [("acme", "standard"), ("port", "euro")] {
            let new = NewAccount {
                system_id: Some(system_id.parse().expect("system ID")),
                password: None,
                details: SmppDetails::of(service.parse().expect("service")),
                cug: Vec::new(),
            };
            ops::smpp::add(&mut tx, &vault, "ACME", new).expect("account");
        }
        tx.commit().expect("saved");
        Self { folder, store, origin }
    }
}

/// How many lines a file may be said to have: its own, however they end, and the one behind them.
fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 2
}

fn check(faults: &Faults, lines: u64) {
    assert!(faults.count >= faults.first.len() as u64 && !faults.is_empty());
    for fault in &faults.first {
        assert!((1..=lines).contains(&fault.line), "line {} of {lines}: {}", fault.line, fault.error);
        assert!(fault.column >= 1, "{}", fault.error);
    }
}

/// The readers of rows, whatever these mean, and those of lists without a database.
pub fn files(bytes: &[u8]) {
    let lines = lines(bytes);
    match RecordReader::open(bytes) {
        Err(fault) => check(&fault.into(), lines),
        Ok(mut rows) => {
            let _ = Dialect::of_header(rows.columns());
            loop {
                match rows.next_row() {
                    Ok(None) => break,
                    Ok(Some(row)) => assert!((1..=lines).contains(&row.line())),
                    Err(fault) => {
                        let ends_file = fault.ends_file;
                        check(&fault.into(), lines);
                        if ends_file {
                            break;
                        }
                        rows.last_cells();
                    }
                }
            }
        }
    }
    for faults in [adjustment::adjustments(bytes).err(), cug::numbers(bytes).err()].into_iter().flatten() {
        check(&faults, lines);
    }
}

/// The import of customers in all its manners. What it would do is dropped.
pub fn customers(bytes: &[u8]) {
    CONTEXT.with_borrow_mut(|context| {
        for on_existing in [
            OnExisting::default(),
            OnExisting { update: true, empty_unsets: true, skip_invalid: false },
            OnExisting { update: true, empty_unsets: false, skip_invalid: true },
        ] {
            take_customers(context, bytes, on_existing);
        }
    });
}

fn take_customers(context: &mut Context, bytes: &[u8], on_existing: OnExisting) {
    let lines = lines(bytes);
    let mut rows = match RecordReader::open(bytes) {
        Ok(rows) => rows,
        Err(fault) => return check(&fault.into(), lines),
    };
    let column_mapping = Dialect::of_header(rows.columns()).map(|dialect| ColumnMapping::of(Some(dialect)));
    let mut importer = Customers {
        key: Match::FirstPresent,
        defaults: &|_| {},
        after_create: &|_, _| Ok(()),
        people: std::collections::HashMap::new(),
    };
    let mut planned = 0;
    let mut tx = context.store.write(&context.origin).expect("lock");
    let outcome = import(&mut tx, &mut rows, column_mapping.as_ref(), &mut importer, on_existing, |row| {
        planned += 1;
        assert!((1..=lines).contains(&row.line), "line {} of {lines}", row.line);
        Ok::<_, Error>(())
    });
    match outcome.expect("no fault beyond the file") {
        Ok(tally) => {
            assert_eq!((tally.rows, tally.new + tally.changed + tally.same + tally.refused), (planned, planned));
        }
        Err(faults) => check(&faults, lines),
    }
}

struct Nobody;

impl ImportProgress for Nobody {
    fn begin(&mut self, _: &'static str) {}
    fn at(&mut self, _: u64) {}
    fn committed(&mut self) {
        panic!("a rehearsal saved something");
    }
}

/// A rehearsal of the import of traffic, twice: as it comes, and with everything allowed that can be.
pub fn traffic(bytes: &[u8]) {
    CONTEXT.with_borrow_mut(|context| {
        for is_lenient in [false, true] {
            take_traffic(context, bytes, is_lenient);
        }
    });
}

fn take_traffic(context: &mut Context, bytes: &[u8], is_lenient: bool) {
    let mut file: File = tempfile::tempfile_in(context.folder.path()).expect("file");
    file.write_all(bytes).and_then(|()| file.rewind()).expect("written");
    let zone = if is_lenient { TimeZone::get("Europe/London").expect("zone") } else { TimeZone::UTC };
    let options = ParseOptions {
        account: is_lenient.then(|| "port".to_owned()),
        override_account: is_lenient,
        takes_any_word: is_lenient,
        ..ParseOptions::in_zone(zone)
    };
    let request = ImportRequest {
        source: Source::new("fuzz.csv".to_owned(), file).expect("source"),
        options,
        charging: true,
        allow_overlap: is_lenient,
        skip_invalid: is_lenient,
        expected: ExpectedTotals::default(),
        batch: 3,
        dry_run: true,
    };
    let mut rejects = Vec::new();
    let output: Option<&mut dyn Write> = if is_lenient { Some(&mut rejects) } else { None };
    match traffic::import(&mut context.store, &context.origin, &request, output, &mut Nobody) {
        Ok(summary) => assert!(is_lenient || summary.tally.refused == 0),
        // What becomes too much for a balance is refused, and not by the file.
        Err(Error::Rows(faults)) => check(&faults, lines(bytes)),
        Err(Error::Overflow { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

/// A list of prices, for plans of each basis.
pub fn prices(bytes: &[u8]) {
    for basis in PlanBasis::ALL {
        take_prices(bytes, basis);
    }
}

/// What the bytes mean as a bank statement. Whatever is read has a valid key and a positive amount.
pub fn banks(bytes: &[u8]) {
    let lines = lines(bytes);
    let options = BankCsvOptions { currency: Some("EUR".parse().expect("currency")), ..BankCsvOptions::default() };
    let read = [read_camt053(bytes).map_err(Faults::from), read_bank_csv(bytes, &options)];
    for read in read {
        match read {
            Ok(statement) => {
                for entry in statement.entries {
                    assert!(entry.key.parse::<Key>().is_ok(), "{}", entry.key);
                    assert!(entry.amount > Money::ZERO, "{}", entry.amount);
                }
            }
            Err(faults) => check(&faults, lines),
        }
    }
}

fn take_prices(bytes: &[u8], basis: PlanBasis) {
    let lines = lines(bytes);
    let rows = match RecordReader::open(bytes) {
        Ok(rows) => rows,
        Err(fault) => return check(&fault.into(), lines),
    };
    let options = PriceListOptions {
        unit: "EUR".parse().expect("unit"),
        basis,
        effective: EffectiveFrom::Now,
        now: "2026-11-24T12:00:00Z".parse().expect("time"),
        zone: "Europe/London".parse().expect("zone"),
        date_order: None,
        columns: PriceColumns::default(),
    };
    match price_list(rows, options) {
        Ok(list) => {
            assert!(list.prices.len() as u64 <= list.rows, "{} prices of {} rows", list.prices.len(), list.rows);
        }
        Err(faults) => check(&faults, lines),
    }
}

/// The accounts that a gateway of any make says it holds. What was read has no difference to itself.
pub fn gateways(bytes: &[u8]) {
    for product in GatewayProduct::ALL {
        match product.read(bytes) {
            Ok(held) => {
                assert!(held.len() <= bytes.len());
                let ids: std::collections::HashSet<&str> = held.iter().map(|account| &*account.system_id).collect();
                if ids.len() == held.len() {
                    assert!(differences(&held, &held, true).is_empty(), "{product}");
                }
                assert_eq!(differences(&[], &held, false).len(), ids.len(), "{product}");
                product.quotas(&held);
            }
            Err(faults) => check(&faults, lines(bytes)),
        }
    }
}

/// A whole database. What it would fill is dropped.
pub fn documents(bytes: &[u8]) {
    EMPTY.with_borrow_mut(|context| {
        let mut tx = context.store.write(&context.origin).expect("lock");
        match document::import(&mut tx, bytes, || {}).expect("no fault beyond the document") {
            Ok(rows) => assert!(rows <= lines(bytes)),
            Err(fault) => check(&fault.into(), lines(bytes)),
        }
    });
}

/// What a gateway answers to a probe, before it closes the connection. It is never taken for a success without an answer to the bind.
pub fn answers(bytes: &[u8]) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut connection, _) = listener.accept().expect("a connection");
            // A probe that has seen enough hangs up.
            let _ = connection.write_all(bytes);
            let _ = connection.shutdown(Shutdown::Write);
            let _ = connection.read_to_end(&mut Vec::new());
        });
        let endpoint =
            Endpoint { host: "127.0.0.1".parse().expect("a host"), port: Port::new(port).expect("a port"), tls: false };
        let credentials = BindCredentials {
            system_id: "acme",
            password: &"s3cret".parse().expect("a password"),
            system_type: "",
            address_range: "",
            bind_type: BindType::Transceiver,
        };
        let report = probe(&endpoint, &credentials, Duration::from_secs(5));
        // The shortest answers to a bind and to an `enquire_link`.
        assert!(bytes.len() >= 17 + 16 || report.outcome != ProbeOutcome::Bound, "{report:?}");
    });
}
