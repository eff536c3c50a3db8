//! Price lists: the forms that gateways, carriers and spreadsheets write, and the traps in them.

use ssgctl::error::Faults;
use ssgctl::formats::RecordReader;
use ssgctl::import::price_list::{DateOrder, PriceColumns, PriceList, PriceListOptions, price_list};
use ssgctl::model::{EffectiveFrom, PlanBasis, Time};

fn options() -> PriceListOptions {
    PriceListOptions {
        unit: "EUR".parse().expect("a unit"),
        basis: PlanBasis::Submit,
        effective: EffectiveFrom::Now,
        now: "2026-11-28T00:00:00Z".parse().expect("a time"),
        zone: "UTC".parse().expect("a zone"),
        date_order: None,
        columns: PriceColumns::default(),
    }
}

fn read_with(text: impl AsRef<[u8]>, options: PriceListOptions) -> Result<PriceList, Faults> {
    price_list(RecordReader::open(text.as_ref())?, options)
}

fn price_of(listed: &ssgctl::model::PriceListRow) -> String {
    listed.price.map_or_else(|| "-".to_owned(), |price| price.to_string())
}

/// Each destination with its price.
fn prices(text: &str) -> Vec<String> {
    let list = read_with(text, options()).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    list.prices.iter().map(|listed| format!("{} {}", listed.destination, price_of(listed))).collect()
}

/// Line, column and sentence of each fault.
fn faults_with(text: &str, options: PriceListOptions) -> Vec<String> {
    let faults = match read_with(text, options) {
        Ok(list) => panic!("{text}: {list:?}"),
        Err(faults) => faults,
    };
    faults.first.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
}

fn faults(text: &str) -> Vec<String> {
    faults_with(text, options())
}

/// Asserts that a list has one fault, which begins so.
fn assert_refused(text: &str, fault: &str) {
    let found = faults(text);
    assert!(found.len() == 1 && found[0].starts_with(fault), "{text}: {found:?}, not {fault}");
}

#[test]
fn our_columns_are_read_in_any_order_and_case() {
    assert_eq!(
        prices(
            "Price,MCCMNC,country,prefix,currency\n0.02,62130,NG,,EUR\n0.03,,NG,,\n0.04,,,+2348,eur\n0.05,,,00447,\n9,,default,,EUR\n"
        ),
        ["62130 0.02", "NG 0.03", "+2348 0.04", "+447 0.05", "default 9"]
    );
    assert_eq!(
        prices("destination,price\ndefault,1\nng,2\n23410,3\n+44,4\n"),
        ["default 1", "NG 2", "23410 3", "+44 4"]
    );
    assert_eq!(
        prices("{\"destination\":\"GB\",\"price\":0.5}\n{\"mcc\":621,\"mnc\":\"30\",\"price\":\"1\"}\n"),
        ["GB 0.5", "62130 1"]
    );
}

#[test]
fn the_supplier_prices_of_a_gateway_are_read() {
    let text = "MCCMNC,PriceSubmit,PriceDelivered,Currency,Effective\n\
        23410,0.016,0.0,EUR,2021-01-01T00:00:00+00:00\n\
        [DEFAULT 214],0.02,,EUR,2021-01-01T00:00:00+00:00\n\
        [DEFAULT 340],0.03,0,EUR,2021-01-01T00:00:00+00:00\n\
        2342,0,0,EUR,2021-01-01T00:00:00+00:00\n";
    let list = read_with(text, options()).expect("valid");
    assert_eq!(
        prices(text),
        ["23410 0.016", "ES 0.02", "GP 0.03", "MQ 0.03", "GF 0.03", "BL 0.03", "MF 0.03", "23402 0"]
    );
    let effective: Time = "2021-01-01T00:00:00Z".parse().expect("a time");
    assert!(list.prices.iter().all(|listed| listed.effective == Some(effective)));
    assert_eq!(list.rows, 4);
}

#[test]
fn of_two_prices_the_one_of_the_plans_basis_is_read_and_the_other_must_be_zero() {
    let read = |submit: &str, delivered: &str, basis| {
        let text = format!("MCCMNC,PriceSubmit,PriceDelivered,Currency,Effective\n23410,{submit},{delivered},EUR,\n");
        read_with(text, PriceListOptions { basis, ..options() })
            .map(|list| price_of(&list.prices[0]))
            .map_err(|faults| format!("{}:{} {}", faults.first[0].line, faults.first[0].column, faults.first[0].error))
    };
    for (submit, delivered, basis, expected) in [
        ("0.01", "0.0", PlanBasis::Submit, Ok("0.01")),
        ("0.01", "", PlanBasis::Submit, Ok("0.01")),
        ("0", "0", PlanBasis::Submit, Ok("0")),
        ("0.0", "0.016", PlanBasis::Delivered, Ok("0.016")),
        ("", "0.016", PlanBasis::Delivered, Ok("0.016")),
        (
            "0.01",
            "0.016",
            PlanBasis::Submit,
            Err("2:12 price_delivered: `0.016` is charged in addition to the other price"),
        ),
        ("0.01", "0.016", PlanBasis::Delivered, Err("2:7 price: `0.01` is charged in addition to the other price")),
        ("0.0", "0.016", PlanBasis::Submit, Err("2:11 price_delivered: `0.016` is for messages that are delivered")),
        ("0.01", "0", PlanBasis::Delivered, Err("2:7 price: `0.01` is for messages that are submitted")),
    ] {
        let found = read(submit, delivered, basis);
        match expected {
            Ok(price) => assert_eq!(found.as_deref(), Ok(price), "{submit} {delivered} {basis}"),
            Err(message) => assert!(found.clone().is_err_and(|error| error.contains(message)), "{found:?}"),
        }
    }
    // A list with one price is in terms of the plan.
    let list = read_with("mccmnc,price\n23410,0.02\n", PriceListOptions { basis: PlanBasis::Delivered, ..options() });
    assert_eq!(price_of(&list.expect("a list").prices[0]), "0.02");
}

#[test]
fn the_prices_of_a_carrier_are_read() {
    let text = "Source prefix,Destination prefix,Country,MCC,MCC name,MNC,MNC name,Reject SMS,Price\n\
        ,234,Nigeria,621,Nigeria,,,no,0.05\n\
        ,2348031,Nigeria,621,Nigeria,30,MTN,no,0.02\n\
        ,,United Kingdom,234,United Kingdom,2,O2,0,0.03\n\
        ,1,Canada,302,Canada,,,,0.01\n\
        ,1,United States,310,United States,,,,0.02\n\
        ,53,Cuba,368,Cuba,,,yes,0.09\n";
    assert_eq!(prices(text), ["NG 0.05", "62130 0.02", "+2348031 0.02", "23402 0.03", "CA 0.01", "US 0.02", "CU -"]);
    let text = "Source prefix,Destination prefix,MCC,MNC,Price\n4477,234,,,1\n";
    assert_refused(text, "2:1 source_prefix: `4477` is not supported: prices do not depend on the sender");
    let text = "Destination prefix,MCC,MNC,Reject SMS,Price\n234,,,maybe,1\n";
    assert_refused(text, "2:7 rejected: `maybe` must be yes or no");
}

#[test]
fn prefixes_of_any_depth_are_read_with_decimal_commas() {
    let text = "prefix;description;price\r\n44;United Kingdom;0,0350\r\n4477;Mobile;\"0,04\"\r\n447700;Test;1\r\n";
    assert_eq!(prices(text), ["+44 0.035", "+4477 0.04", "+447700 1"]);
    assert_refused("prefix;price\n44;1,234\n", "2:4 price: `1,234` may be thousands or decimals");
    assert_refused("prefix;price\n44;0,5\n45;0.5\n", "3:4 price: `0.5` has another decimal sign than line 2");
    assert_refused("prefix,price\n44,\"0,035\"\n", "2:4 price: `0,035` has a comma; decimal commas");
}

#[test]
fn other_files_are_read_by_a_mapping() {
    let mut mapped = options();
    for (theirs, ours) in [("Rate", "price"), ("PLMN", "mccmnc"), ("valid from", "effective")] {
        assert!(mapped.columns.map(theirs, ours));
    }
    mapped.columns.ignore("Prize");
    assert!(!mapped.columns.map("Rate", "cost"));
    let list = read_with("PLMN,Rate,Valid From,Prize,Note\n23410,0.5,2026-12-01,x,y\n", mapped.clone()).expect("valid");
    assert_eq!((list.prices[0].destination.to_string(), price_of(&list.prices[0])), ("23410".into(), "0.5".into()));
    assert_eq!(list.prices[0].effective, Some("2026-12-01T00:00:00Z".parse().expect("a time")));
    assert_eq!(list.left_out.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["Note"]);
    let found = faults_with("PLMN,Price\n23410,0.5\n", mapped);
    assert_eq!(found, ["1:1 the header has no column `Rate`; it has `PLMN,Price`"]);
}

#[test]
fn misspelt_and_missing_columns_are_refused() {
    for (header, fault) in [
        ("country,prize", "1:1 the column `prize` is not read; rename it to `price`"),
        ("country,price,Curency", "1:1 the column `Curency` is not read; rename it to `currency`"),
        ("country,price,unit", "1:1 the column `unit` is not read; rename it to `currency`"),
        ("country,price,Valid From", "1:1 the column `Valid From` is not read; rename it to `effective`"),
        ("country,price,PLMN", "1:1 the column `PLMN` is not read; rename it to `mccmnc`"),
        ("country,rate", "1:1 the header has no column `price`; it has `country,rate`"),
        ("operator,price", "1:1 the header has no column `destination`, `country`"),
        ("country,price,Price", "1:1 the columns `price` and `Price` are both `price`"),
        ("country,price,price", "1:15 column `price` occurs twice in the header"),
    ] {
        let row = ["GB"].into_iter().chain(header.split(',').skip(1).map(|_| "1")).collect::<Vec<_>>().join(",");
        assert_refused(&format!("{header}\n{row}\n"), fault);
    }
    assert_refused("{\"country\":\"GB\",\"price\":1,\"Currncy\":\"USD\"}\n", "1:1 the column `Currncy` is not read");
}

#[test]
fn two_prices_of_one_destination_are_refused_with_both_lines() {
    for (text, fault) in [
        ("country,price\nGB,1\nDE,1\nGB,2\n", "4:1 `GB` has two prices: 1 on line 2 and 2 here"),
        ("prefix,price\n44,1\n+44,2\n", "3:1 `+44` has two prices: 1 on line 2 and 2 here"),
        ("mcc,mnc,price\n234,2,1\n234,02,2\n", "3:1 `23402` has two prices: 1 on line 2 and 2 here"),
        // Several mobile country codes of one country.
        ("mcc,price\n310,1\n311,2\n", "3:1 `US` has two prices: 1 on line 2 and 2 here"),
        ("mcc,price\n404,1\n405,1\n406,3\n", "4:1 `IN` has two prices: 1 on line 2 and 3 here"),
        ("country,price,change\nGB,1,\nGB,,withdrawn\n", "3:1 `GB` has two prices: 1 on line 2 and withdrawn here"),
    ] {
        assert_refused(text, fault);
    }
    assert_eq!(prices("mcc,price\n310,1\n311,1\n312,1.0\n"), ["US 1"]);
    // Prices that begin at different times are changes.
    assert_eq!(prices("country,price,effective\nGB,1,2026-12-01\nGB,2,2027-01-01\n"), ["GB 1", "GB 2"]);
}

#[test]
fn a_network_code_is_repaired_or_refused() {
    assert_eq!(prices("mcc,mnc,price\n234,1,1\n310,26,2\n208,*,3\n"), ["23401 1", "310026 2", "FR 3"]);
    for (row, fault) in [
        ("405,25", "2:5 mnc: `25` may be network 40525 or 405025; write all its digits"),
        ("234,260", "2:5 mnc: `260` is not a network"),
        ("234,1.0", "2:5 mnc: `1.0` was converted to a decimal"),
        ("23,", "2:1 mcc: `23` must be a mobile country code, such as 234"),
        ("23,10", "2:4 mnc: `10` must be a mobile country code of 3 digits and a mobile network code of 2 or 3"),
        ("999,", "2:1 mcc: `999` must be a mobile country code"),
        ("901,", "2:1 mcc: `901` is not of a country; name its networks"),
        (",10", "2:2 mnc: `10` needs the mobile country code of the network"),
    ] {
        assert_refused(&format!("mcc,mnc,price\n{row},1\n"), fault);
    }
}

#[test]
fn a_row_that_contradicts_itself_is_refused() {
    for (text, fault) in [
        // The calling code of Nigeria is the mobile country code of the United Kingdom.
        (
            "country,mcc,mnc,price\nNigeria,234,10,1\n",
            "2:1 country: `Nigeria` contradicts the mobile country code 234, which is not of Nigeria",
        ),
        ("country,prefix,price\nGB,33,1\n", "2:4 prefix: `33` contradicts the row's country"),
        ("mccmnc,mcc,mnc,price\n23410,234,15,1\n", "2:7 mcc: `234` contradicts the other code of the row"),
        (
            "destination,country,price\nNG,GB,1\n",
            "2:1 destination: `NG` contradicts the other columns, which name `GB`",
        ),
        ("country,price,change\nGB,1,withdrawn\n", "2:4 the row has a price, but its change is `withdrawn`"),
    ] {
        assert_refused(text, fault);
    }
}

#[test]
fn the_name_of_a_network_does_not_make_its_price_that_of_the_country() {
    assert_refused("country,network,price\nGB,EE,1\n", "2:1 the row has the name `EE` of a network, but not its code");
    assert_eq!(prices("country,network,price\nGB,23430,1\nGB,,2\n"), ["23430 1", "GB 2"]);
    assert_eq!(prices("country,network,mccmnc,price\nGB,EE,23430,1\n"), ["23430 1"]);
    assert_refused("country,price\n,1\n", "2:1 the row names no country, network or prefix");
    assert_refused("country,price\nUK,1\nAtlantis,1\n", "3:1 country: `Atlantis` must be a two-letter");
}

#[test]
fn a_price_is_exact_in_the_unit_of_the_plan_and_never_0_by_accident() {
    for (text, fault) in [
        ("country,price\nGB,\n", "2:4 price is needed; write 0 if messages are free"),
        ("country,price\nGB,0.123456789\n", "2:4 price: `0.123456789` must have at most 8 decimals"),
        ("country,price\nGB,-1\n", "2:4 price: `-1` must not be negative"),
        ("country,price\nGB,1.2E-05\n", "2:4 price: `1.2E-05` must be a decimal number"),
        ("country,price,currency\nGB,1,USD\n", "2:6 currency: `USD` is not the unit of the plan, EUR"),
    ] {
        assert_refused(text, fault);
    }
    assert_eq!(prices("country,price\nGB,0\nDE,0.00\n"), ["GB 0", "DE 0"]);
    let credits = PriceListOptions { unit: "SMS".parse().expect("a unit"), ..options() };
    let found = faults_with("country,price\nGB,0.5\n", credits);
    assert_eq!(found, ["2:4 price: `0.5` must be a whole number of SMS credits"]);
}

#[test]
fn times_are_read_as_spreadsheets_write_them() {
    let effective = |text: &str, change: fn(&mut PriceListOptions)| {
        let mut options = options();
        change(&mut options);
        let text = format!("country,price,effective\nGB,1,{text}\n");
        match read_with(&text, options) {
            Ok(list) => list.prices[0].effective.map_or("beginning".to_owned(), Time::for_reading),
            Err(faults) => faults.first[0].error.to_string(),
        }
    };
    let unchanged: fn(&mut PriceListOptions) = |_| {};
    assert_eq!(effective("", unchanged), "2026-11-28 00:00:00");
    assert_eq!(effective("beginning", unchanged), "beginning");
    assert_eq!(effective("45992", unchanged), "2025-12-01 00:00:00");
    assert_eq!(effective("46357.0", unchanged), "2026-12-01 00:00:00");
    assert!(effective("01/12/2026", unchanged).starts_with("effective: `01/12/2026` may begin with the day"));
    assert_eq!(
        effective("01/12/2026", |options| options.date_order = Some(DateOrder::DayFirst)),
        "2026-12-01 00:00:00"
    );
    let london: fn(&mut PriceListOptions) = |options| options.zone = "Europe/London".parse().expect("a zone");
    assert_eq!(effective("2026-07-01", london), "2026-06-30 23:00:00");
    assert_eq!(effective("2026-07-01T00:00:00Z", london), "2026-07-01 00:00:00");
    // The night in which the hour from 1 to 2 comes twice.
    assert_eq!(effective("2026-10-25", london), "2026-10-24 23:00:00");
    assert!(effective("2026-10-25 01:00", london).contains("comes twice on the clocks of Europe/London"));
    assert_eq!(effective("2026-10-25 01:00:00+01:00", london), "2026-10-25 00:00:00");
    let given: fn(&mut PriceListOptions) =
        |options| options.effective = EffectiveFrom::Time("2027-01-01T00:00:00Z".parse().expect("a time"));
    assert_eq!(effective("", given), "2027-01-01 00:00:00");
    assert!(effective("2026-12-01", given).contains("contradicts the time that was given for all prices"));
}

#[test]
fn files_of_spreadsheets_are_read() {
    let rows = "country;price\r\nGB;0,5\r\nDE;1\r\n";
    let utf16: Vec<u8> = format!("\u{feff}{rows}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        format!("\u{feff}{rows}").into_bytes(),
        format!("sep=;\r\n{rows}").into_bytes(),
        rows.replace("\r\n", "\r").into_bytes(),
        utf16,
    ] {
        let list = read_with(&bytes, options()).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(list.prices.iter().map(price_of).collect::<Vec<_>>(), ["0.5", "1"]);
    }
    // Our exports guard digits with a plus from being computed.
    assert_eq!(prices("destination,price\n'+44,1\n"), ["+44 1"]);
    assert_refused("prefix,price\n4.47E+11,1\n", "2:1 prefix: `4.47E+11` has lost its last digits");
    assert_refused("mccmnc,price\n#N/A,1\n", "2:1 mccmnc: `#N/A` is the error of a spreadsheet formula");
}

#[test]
fn all_faults_are_reported() {
    let found = faults("country,price\nGB,x\nZZ,1\nDE\nFR,\n");
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(found[2], "4:1 the row has 1 field, but the header has 2");
}
