//! Bank statements: camt.053 of several versions, and the CSV files of banks by their columns.

use ssgctl::error::Faults;
use ssgctl::formats::camt053::read_camt053;
use ssgctl::formats::text_encoding::TextEncoding;
use ssgctl::import::bank_csv::{AmountSign, BankColumns, BankCsvOptions, read_bank_csv};
use ssgctl::model::invoice::{BankEntry, BankStatement};

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
    let BankEntry { key, is_returned, booked_on, currency, amount, payer, payer_account, reference, text } = entry;
    let key = if *is_returned { format!("returned {key}") } else { key.clone() };
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
    // Our own payment that could not be delivered comes back with a reason.
    let bounced = entry("4", "CRDT", "", "<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>");
    let pending = entry("6", "CRDT", "", "").replace("BOOK", "PDNG");
    let entries = [entry("1", "DBIT", "", ""), entry("0.00", "CRDT", "", ""), reversal, bounced, pending];
    let text = statement("04", &[entries.concat(), entry("7", "CRDT", "", "")].concat());
    let read = read(&text);
    assert_eq!((read.entries.len(), read.outgoing, read.pending), (1, 4, 1));
    assert_eq!(read.entries[0].amount.to_string(), "7");
}

/// A direct debit that came back is a debit with the reason of the return, or the reversal of a credit.
#[test]
fn payments_that_the_bank_took_back_are_not_our_own_payments() {
    let reference = "<AcctSvcrRef>R1</AcctSvcrRef>";
    let returned = entry("5", "DBIT", reference, "<TxDtls><RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf></TxDtls>");
    let reversed = entry("6", "DBIT", "", "").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    let read = read(&statement("08", &[returned, reversed].concat()));
    assert_eq!(read.entries.iter().map(|entry| entry.is_returned).collect::<Vec<_>>(), [true, true]);
    // The bank may give both movements the same reference.
    assert_eq!(read.entries[0].key, "IE29AIBK93115212345678:returned:R1");
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
    // One reference for all of them is none, with or without that of the batch. What does not add up is not taken apart.
    let shared =
        |amount: &str| part(amount, "One").replace("<TxDtls>", "<TxDtls><Refs><AcctSvcrRef>SAME</AcctSvcrRef></Refs>");
    for (of_batch, base) in [(reference, "B9"), ("", "SAME")] {
        let same = read(&statement("02", &entry("20", "CRDT", of_batch, &[shared("10"), shared("10")].concat())));
        let keys: Vec<&str> = same.entries.iter().map(|entry| entry.key.as_str()).collect();
        let expected = [1, 2].map(|place| format!("IE29AIBK93115212345678:{base}/{place}"));
        assert_eq!(keys, expected);
    }
    let more =
        read(&statement("02", &entry("20", "CRDT", reference, &[part("20", "One"), part("20", "Two")].concat())));
    assert_eq!(more.entries.iter().map(|entry| entry.amount.to_string()).collect::<Vec<_>>(), ["20"]);
    // A payment of a batch may go the other way, and one in another currency says nothing about the booking.
    let back = part("20", "Two").replace("<TxDtls>", "<TxDtls><CdtDbtInd>DBIT</CdtDbtInd>");
    let netted = read(&statement("04", &entry("10", "CRDT", reference, &[part("30", "One"), back].concat())));
    assert_eq!((netted.entries.len(), netted.outgoing), (1, 1));
    assert_eq!(netted.entries[0].amount.to_string(), "30");
    let dollars = part("20", "Two").replace("EUR", "USD");
    let mixed = read(&statement("04", &entry("28", "CRDT", reference, &[part("10", "One"), dollars].concat())));
    assert_eq!(mixed.entries.iter().map(|entry| entry.amount.to_string()).collect::<Vec<_>>(), ["28"]);
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

/// A text of nothing but tags is deep or takes a hundred times its size; both end with an error.
#[test]
fn a_hostile_statement_is_refused() {
    let deep = "<a>".repeat(1_000_000);
    assert!(read_camt053(deep.as_bytes()).is_err());
    let many = format!("<Document>{}</Document>", "<a/>".repeat(6_100_000));
    let fault = read_camt053(many.as_bytes()).expect_err("too many");
    assert!(fault.error.to_string().contains("nodes limit"), "{}", fault.error);
}

/// What banks write into structured remittance: the numbers of several invoices, and references of which the first is the field.
#[test]
fn all_documents_that_a_payer_names_are_read() {
    let details = "<TxDtls><RmtInf><Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf><RfrdDocInf><Nb>INV-2</Nb></RfrdDocInf></Strd>\
        <Strd><CdtrRefInf><Ref>RF3442</Ref></CdtrRefInf></Strd><Strd><CdtrRefInf><Ref>RF1343</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>";
    let read = read(&statement("08", &entry("7", "CRDT", "", details)));
    assert_eq!(read.entries[0].reference.as_deref(), Some("RF3442"));
    assert_eq!(read.entries[0].text, "RF1343 INV-1 INV-2");
}

#[test]
fn a_statement_may_declare_another_encoding_and_come_in_an_envelope() {
    let details = "<TxDtls><RltdPties><Dbtr><Nm>Müller</Nm></Dbtr></RltdPties></TxDtls>";
    let text = statement("02", &entry("7", "CRDT", "", details));
    let latin: Vec<u8> =
        text.replace("UTF-8", "ISO-8859-1").chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
    assert_eq!(read_camt053(&*latin).expect("read"), read(&text));
    let body = text.split_once("?>").expect("a declaration").1;
    assert_eq!(read(&format!("<BizMsgEnvlp><AppHdr/>{body}</BizMsgEnvlp>")), read(&text));
}

fn options() -> BankCsvOptions {
    let some = |name: &str| Some(name.to_owned());
    BankCsvOptions {
        columns: Some(BankColumns {
            date: "Buchungstag".to_owned(),
            amount: "Betrag".to_owned(),
            currency: some("Währung"),
            entry_id: some("Referenz"),
            payer: some("Auftraggeber"),
            payer_account: some("IBAN"),
            reference: None,
            text: vec!["Verwendungszweck".to_owned(), "Info".to_owned()],
            state: None,
            own_account: None,
        }),
        currency: Some("EUR".parse().expect("EUR")),
        account: "DE02 1203 0000 0000 2020 51".to_owned(),
        date_order: None,
        amount_sign: None,
    }
}

fn read_csv(text: &str, options: &BankCsvOptions) -> Result<BankStatement, Faults> {
    read_bank_csv(text.as_bytes(), options)
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

/// The files of banks whose columns are known, as they write them: dates, decimals, words for pending, and lines before the header.
#[test]
fn files_of_known_banks_need_no_options() {
    let read = |text: &str| {
        let read = read_csv(text, &BankCsvOptions::default()).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        (read.entries.iter().map(shown).collect::<Vec<_>>(), read.outgoing, read.pending)
    };
    let wise = "\"TransferWise ID\",Date,Amount,Currency,Description,\"Payment Reference\",\"Running Balance\",\"Payer Name\"\r\n\
        TRANSFER-9,03-12-2026,240.00,EUR,\"Received money from ACME\",INV-0001,240.00,\"ACME LTD\"\r\n\
        CARD-1,02-12-2026,-5.00,EUR,Card,,0.00,\r\n";
    let expected = "bank:TRANSFER-9 | 2026-12-03 240 EUR | ACME LTD - | - | Received money from ACME INV-0001";
    assert_eq!(read(wise), (vec![expected.to_owned()], 1, 0));
    let revolut = "Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,Payment currency,Amount,Fee\n\
        2026-12-03,2026-12-03,64c9-a,TOPUP,COMPLETED,Money added from ACME,INV-0001,ACME LTD,GBP,240.00,0.00\n\
        2026-12-03,,64c9-b,TOPUP,PENDING,Money added from KIM,,KIM,GBP,5.00,0.00\n";
    let expected = "bank:64c9-a | 2026-12-03 240 GBP | ACME LTD - | - | Money added from ACME INV-0001";
    assert_eq!(read(revolut), (vec![expected.to_owned()], 0, 1));
    let starling = "Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes\n\
        03/12/2026,ACME LTD,INV-0001,FASTER PAYMENT,240.00,240.00,REVENUE,\n";
    let (entries, ..) = read(starling);
    assert!(entries[0].ends_with("| 2026-12-03 240 GBP | ACME LTD - | - | INV-0001"), "{entries:?}");
    let sparkasse = "Kontoauszug\n\n\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";\
        \"Kundenreferenz (End-to-End)\";\"Beguenstigter/Zahlungspflichtiger\";\"Kontonummer/IBAN\";\"Betrag\";\"Waehrung\";\"Info\"\n\
        \"DE02120300000000202051\";\"03.12.26\";\"03.12.26\";\"GUTSCHR. UEBERWEISUNG\";\"Rechnung INV-0001\";\"\";\"Müller\";\
        \"DE89370400440532013000\";\"1.240,00\";\"EUR\";\"Umsatz gebucht\"\n\
        \"DE02120300000000202051\";\"04.12.26\";\"\";\"\";\"\";\"\";\"Kim\";\"\";\"5,00\";\"EUR\";\"Umsatz vorgemerkt\"\n";
    let latin: Vec<u8> = sparkasse.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect();
    let utf8 = String::from_utf8(TextEncoding::Latin1.decode(&latin).into_owned()).expect("UTF-8");
    let (entries, outgoing, pending) = read(&utf8);
    assert_eq!((entries.len(), outgoing, pending), (1, 0, 1));
    assert!(entries[0].starts_with("DE02120300000000202051:sha256:"), "{entries:?}");
    assert!(
        entries[0].ends_with("| 2026-12-03 1240 EUR | Müller DE89370400440532013000 | - | Rechnung INV-0001"),
        "{entries:?}"
    );
    let fault = read_bank_csv(&latin, &BankCsvOptions::default()).expect_err("not UTF-8").first.remove(0);
    assert_eq!((fault.line, fault.error.to_string().as_str()), (4, "the line is not UTF-8 text"));
}

#[test]
fn faults_after_lines_before_the_header_are_at_the_lines_of_the_file() {
    let text = format!("Konto;DE02\n\n\"Zeitraum\n{HEADER}01.12.2026;A;;;;x;EUR;;\n");
    let faults = read_csv(&text, &options()).expect_err("wrong");
    assert_eq!((faults.first[0].line, faults.first[0].column), (5, 17), "{faults:?}");
    let state = "Date,Counter Party,Reference,Type,Amount (GBP),State\n03/12/2026,A,B,C,5.00,perhaps\n";
    let columns = BankColumns {
        date: "Date".to_owned(),
        amount: "Amount (GBP)".to_owned(),
        state: Some("State".to_owned()),
        ..BankColumns::default()
    };
    let options = BankCsvOptions { columns: Some(columns), ..BankCsvOptions::default() };
    let faults = read_csv(state, &options).expect_err("unknown state");
    assert!(faults.first[0].error.to_string().contains("`perhaps` is not a known word for booked or pending"));
}

/// A key is at most 200 visible characters whatever the bank writes, and never that of another entry.
#[test]
fn keys_are_valid_whatever_the_bank_writes() {
    let key = |id: &str| {
        let text = format!("{HEADER}01.12.2026;A;;;;1,00;EUR;\"{id}\";\n");
        read_csv(&text, &options()).expect("read").entries.remove(0).key
    };
    for id in ["R 1", &"9".repeat(400), "a\u{200b}b", "=1+1"] {
        assert!(key(id).parse::<ssgctl::model::Key>().is_ok(), "{id}");
    }
    assert_ne!(key(&"9".repeat(400)), key(&"9".repeat(401)));
}

#[test]
fn a_comment_hides_no_digit_and_attributes_without_end_are_refused() {
    let text = statement("02", &entry("100", "CRDT", "", "").replace(">100<", ">1<!-- x -->00<"));
    assert!(text.contains("<!--"), "{text}");
    assert_eq!(read(&text).entries[0].amount.to_string(), "100");
    let many = (0..2_000).fold(String::new(), |many, number| many + &format!(" a{number}='x'"));
    let fault = read_camt053(format!("<Document{many}/>").as_bytes()).expect_err("refused");
    assert!(fault.error.to_string().contains("more than 1000 attributes"), "{}", fault.error);
}
