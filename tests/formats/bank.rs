//! Bank statements: camt.053 of several versions, and the CSV files of banks by their columns.

use ssgctl::error::Faults;
use ssgctl::formats::RecordReader;
use ssgctl::formats::camt053::{BankStatement, read_camt053};
use ssgctl::import::bank_csv::{AmountSign, BankColumns, BankCsv, BankCsvOptions, bank_csv};
use ssgctl::model::invoice::BankEntry;

/// A statement with these entries.
fn statement(version: &str, entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>\
         <Stmt><Id>S1</Id><Acct><Id><IBAN>IE29AIBK93115212345678</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

/// An entry that was booked, with the text of its details.
fn entry(amount: &str, direction: &str, reference: &str, details: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-01</Dt></BookgDt>\
         {reference}<NtryDtls>{details}</NtryDtls></Ntry>"
    )
}

fn read(text: &str) -> BankStatement {
    read_camt053(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault:?}\n{text}"))
}

fn shown(entry: &BankEntry) -> String {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let BankEntry { key, booked_on, currency, amount, payer, payer_account, reference, text } = entry;
    let (payer, account, reference) = (or_dash(payer), or_dash(payer_account), or_dash(reference));
    format!("{key} | {booked_on} {amount} {currency} | {payer} {account} | {reference} | {text}")
}

#[test]
fn a_payment_has_payer_reference_and_text() {
    let details = "<TxDtls><Refs><EndToEndId>INV-2026-0007</EndToEndId></Refs><RltdPties><Dbtr><Nm>Müller &amp; Söhne</Nm></Dbtr>\
        <DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>thanks</Ustrd><Ustrd>Nov</Ustrd>\
        <Strd><CdtrRefInf><Ref>RF3442</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>";
    let reference = "<AcctSvcrRef>2026120100042</AcctSvcrRef>";
    let expected = "IE29AIBK93115212345678:2026120100042 | 2026-12-01 240 EUR | Müller & Söhne DE89370400440532013000 | RF3442 | \
        thanks Nov INV-2026-0007";
    let old = read(&statement("02", &entry("240.00", "CRDT", reference, details)));
    assert_eq!(old.entries.iter().map(shown).collect::<Vec<_>>(), [expected]);
    // From version 8 on the state is a code, and names are one level deeper.
    let new = entry("240.00", "CRDT", reference, details)
        .replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
        .replace("<Dbtr><Nm>Müller &amp; Söhne</Nm></Dbtr>", "<Dbtr><Pty><Nm>Müller &amp; Söhne</Nm></Pty></Dbtr>");
    assert_eq!(read(&statement("08", &new)), old);
}

#[test]
fn only_money_that_came_in_and_is_booked_is_taken() {
    let reversal = entry("5", "CRDT", "", "").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    let pending = entry("6", "CRDT", "", "").replace("BOOK", "PDNG");
    let text = statement("04", &[entry("1", "DBIT", "", ""), reversal, pending, entry("7", "CRDT", "", "")].concat());
    let read = read(&text);
    assert_eq!((read.entries.len(), read.outgoing, read.pending), (1, 2, 1));
    assert_eq!(read.entries[0].amount.to_string(), "7");
}

#[test]
fn a_batch_is_taken_apart_where_each_payment_has_its_amount() {
    let part = |amount: &str, name: &str| {
        format!(
            "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">{amount}</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>"
        )
    };
    let reference = "<AcctSvcrRef>B9</AcctSvcrRef>";
    let batch =
        read(&statement("02", &entry("30", "CRDT", reference, &[part("10", "One"), part("20", "Two")].concat())));
    let keys: Vec<String> = batch.entries.iter().map(|entry| format!("{} {}", entry.key, entry.amount)).collect();
    assert_eq!(keys, ["IE29AIBK93115212345678:B9/1 10", "IE29AIBK93115212345678:B9/2 20"]);
    let whole = part("10", "One").replace("<AmtDtls><TxAmt><Amt Ccy=\"EUR\">10</Amt></TxAmt></AmtDtls>", "");
    let whole = read(&statement("02", &entry("30", "CRDT", reference, &[whole, part("20", "Two")].concat())));
    assert_eq!(whole.entries.iter().map(|entry| entry.amount.to_string()).collect::<Vec<_>>(), ["30"]);
}

/// Without a reference, an entry is known by what it says; the same payment twice on a day is two.
#[test]
fn keys_without_reference_are_the_same_in_every_file() {
    let twice = [entry("7", "CRDT", "", ""), entry("7", "CRDT", "", ""), entry("8", "CRDT", "", "")].concat();
    let keys = |text: &str| read(text).entries.into_iter().map(|entry| entry.key).collect::<Vec<_>>();
    let first = keys(&statement("02", &twice));
    assert_eq!(first, keys(&statement("08", &twice)));
    assert!(first[0].ends_with("/1") && first[1].ends_with("/2") && first[2].ends_with("/1"), "{first:?}");
    assert_ne!(first[0], first[2]);
    // Numbers that begin anew in each statement, and words for no reference, would make different payments one.
    for no_reference in ["<NtryRef>1</NtryRef>", "<AcctSvcrRef>NONREF</AcctSvcrRef>"] {
        assert_eq!(keys(&statement("02", &entry("7", "CRDT", no_reference, ""))), first[..1], "{no_reference}");
    }
}

#[test]
fn what_is_no_statement_is_refused_with_its_place() {
    for (text, expected) in [
        (String::new(), "1:1 the statement is not XML"),
        ("<Document><Other/></Document>".to_owned(), "1:1 the file is not a camt.053 statement: it has `Other`"),
        (
            "<!DOCTYPE d [<!ENTITY a \"b\">]><Document><BkToCstmrStmt/></Document>".to_owned(),
            "1:1 the statement is not XML",
        ),
        (statement("02", &entry("1,50", "CRDT", "", "")), "`1,50` EUR is not an amount"),
        (statement("02", &entry("-1", "CRDT", "", "")), "`-1` EUR is not an amount"),
        (
            statement("02", &entry("1", "CRDT", "", "").replace(" Ccy=\"EUR\"", "")),
            "`1` without currency is not an amount",
        ),
        (
            statement("02", &entry("1", "CRDT", "", "").replace("<Dt>2026-12-01</Dt>", "")),
            "the entry has no booking date",
        ),
        (statement("02", &entry("1", "CRDT", "", "")).replace("</Stmt>", ""), "the statement is not XML"),
    ] {
        let fault = read_camt053(text.as_bytes()).expect_err(&text);
        let found = format!("{}:{} {}", fault.line, fault.column, fault.error);
        assert!(found.contains(expected), "{found}, not {expected}");
    }
    assert!(read_camt053(&b"<Document>\xff"[..]).is_err());
}

fn options() -> BankCsvOptions {
    let some = |name: &str| Some(name.to_owned());
    BankCsvOptions {
        columns: BankColumns {
            date: "Buchungstag".to_owned(),
            amount: "Betrag".to_owned(),
            currency: some("Währung"),
            bank_reference: some("Referenz"),
            payer: some("Auftraggeber"),
            payer_account: some("IBAN"),
            reference: None,
            text: vec!["Verwendungszweck".to_owned(), "Info".to_owned()],
        },
        currency: "EUR".parse().expect("EUR"),
        account: "DE02 1203 0000 0000 2020 51".to_owned(),
        date_order: None,
        amount_sign: None,
    }
}

fn read_csv(text: &str, options: &BankCsvOptions) -> Result<BankCsv, Faults> {
    bank_csv(RecordReader::open(text.as_bytes())?, options)
}

const HEADER: &str = "Buchungstag;Auftraggeber;IBAN;Verwendungszweck;Info;Betrag;Währung;Referenz;Saldo\n";

#[test]
fn a_bank_file_is_read_by_the_names_of_its_columns() {
    let text = format!(
        "{HEADER}01.12.2026;Acme GmbH;DE89370400440532013000;INV-1;RF3442;1.234,50;EUR;R1;9.999,00\n\
         02.12.2026;Shop;;;;-12,00;EUR;R2;1\n03.12.2026;Kim;;x;;7,00;;;1\n04.12.2026;;;;;;EUR;;1\n"
    );
    let read = read_csv(&text, &options()).expect("read");
    assert_eq!(read.outgoing, 2);
    let entries: Vec<String> = read.entries.iter().map(shown).collect();
    assert_eq!(
        entries[0],
        "DE02120300000000202051:R1 | 2026-12-01 1234.5 EUR | Acme GmbH DE89370400440532013000 | - | INV-1 RF3442"
    );
    assert!(
        entries[1].contains(":sha256:") && entries[1].ends_with("| 2026-12-03 7 EUR | Kim - | - | x"),
        "{}",
        entries[1]
    );
}

#[test]
fn what_a_bank_file_leaves_open_is_refused() {
    let faults = |text: &str, options: &BankCsvOptions| -> Vec<String> {
        let faults = read_csv(text, options).expect_err(text);
        faults.first.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
    };
    let row = |date: &str, amount: &str| format!("{HEADER}{date};A;;;;{amount};EUR;;\n");
    let thousands = row("01.12.2026", "1.234");
    assert!(faults(&thousands, &options())[0].contains("`1.234` may have thousands or decimals"));
    let decided = BankCsvOptions { amount_sign: Some(AmountSign::Comma), ..options() };
    assert_eq!(read_csv(&thousands, &decided).expect("read").entries[0].amount.to_string(), "1234");
    assert!(faults(&row("12/01/2026", "1,00"), &options())[0].starts_with("2:1 Buchungstag: `12/01/2026`"));
    assert!(faults(&row("31.11.2026", "1,00"), &options())[0].starts_with("2:1 Buchungstag: `31.11.2026`"));
    assert!(faults(&row("01.12.2026", "EUR"), &options())[0].contains("must be an amount"));
    let other = faults("Date;Amount\n2026-12-01;1\n", &options());
    assert_eq!(other, ["1:1 no column `Buchungstag`; the file has Date, Amount"]);
}
