//! Invoices as PDF: what each page says, in which order, and that files are the same every time.

use std::process::Command;

use ssgctl::formats::pdf::{Logo, PaperSize, PdfStyle, invoice_pdf};
use ssgctl::model::invoice::{InvoiceCopy, TaxCategory};

use crate::support::invoice_copies::{self, line, money, sum_up};
use crate::support::pdf_text;

fn pages(copy: &InvoiceCopy) -> Vec<Vec<String>> {
    pdf_text::pages(&invoice_pdf(copy, &PdfStyle::default()).bytes)
}

fn text(copy: &InvoiceCopy) -> String {
    pages(copy).concat().join("\n")
}

/// Asserts that these texts follow each other.
fn assert_in_order(text: &str, expected: &[&str]) {
    let mut rest = text;
    for part in expected {
        let at = rest.find(part).unwrap_or_else(|| panic!("no `{part}` here or not in this order:\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn an_invoice_says_everything_in_reading_order() {
    assert_in_order(
        &text(&invoice_copies::one_line()),
        &[
            "Invoice",
            "Northwind Messaging Ltd\nUnit 7, Harbour House\n",
            "VAT number IE6388047V\nCompany number 512345\nbilling@northwind.example\n",
            "Billed to\nThistle Mobile Ltd\n11-15 Thistle Street\nDublin D04 F2P1\nVAT number IE4749148U\n",
            "Number\nINV-2026-0007\nDate\n28 November 2026\nDue\n28 December 2026\nCustomer\nTHISTLE\n",
            "Your reference\nPO 4711\n",
            "Description\nQuantity\nUnit price\nVAT\nNet EUR\n",
            "5,000 SMS credits\n5,000\n0.04\n20%\n200.00\nSMS credits\n",
            "Net total\n200.00\nVAT 20% on 200.00\n40.00\nTotal EUR\n240.00\n",
            "EUR\u{a0}240.00 is due by 28 December 2026, 30 days after the date of issue.\n",
            "IBAN\nIE29 AIBK 9311 5212 3456 78\nBIC\nAIBKIE2D\nPayment reference\nRF34 42\n",
            "Thank you for your business.\n",
            "All dates are in the time zone Europe/Dublin.\nPage 1 of 1",
        ],
    );
}

#[test]
fn what_has_no_number_says_that_it_is_no_vat_invoice() {
    let mut draft = invoice_copies::one_line();
    draft.number = None;
    assert_in_order(&text(&draft), &["Draft invoice", "This is not a VAT invoice", "Billed to", "Date\n"]);
    assert!(!text(&invoice_copies::one_line()).contains("not a VAT invoice"));
    assert!(text(&invoice_copies::pro_forma()).contains("This is not a VAT invoice"));
}

#[test]
fn the_same_invoice_gives_the_same_bytes() {
    for (name, copy) in invoice_copies::all() {
        let stored = serde_json::to_string(&copy).expect("json");
        let again: InvoiceCopy = serde_json::from_str(&stored).expect("the copy");
        let style = PdfStyle::default();
        assert!(invoice_pdf(&copy, &style) == invoice_pdf(&again, &style), "{name}");
    }
    let mut other = invoice_copies::one_line();
    other.number = Some("INV-2026-0008".to_owned());
    let style = PdfStyle::default();
    assert!(invoice_pdf(&other, &style) != invoice_pdf(&invoice_copies::one_line(), &style));
}

#[test]
fn forty_lines_fill_pages_with_a_heading_and_carried_sums() {
    let copy = invoice_copies::forty_lines();
    let pages = pages(&copy);
    assert_eq!(pages.len(), 3);
    let mut drawn = 0;
    for (index, page) in pages.iter().enumerate() {
        assert_eq!(page.iter().filter(|text| *text == "Net EUR").count(), 1, "page {}", index + 1);
        assert_eq!(page.last(), Some(&format!("Page {} of 3", index + 1)));
        let carried = |label: &str| {
            let at = page.iter().position(|text| text == label)?;
            Some(page[at + 1].clone())
        };
        let brought = carried("Brought forward");
        assert_eq!(brought.is_some(), index > 0);
        if let Some(brought) = brought {
            let sum =
                copy.lines[..drawn].iter().fold(money("0"), |sum, line| sum.checked_add(line.net).expect("a sum"));
            assert_eq!(money(&brought.replace(',', "")), sum);
        }
        drawn += page.iter().filter(|text| *text == "message parts").count();
        assert_eq!(carried("Carried forward").is_some(), index < 2);
    }
    assert_eq!(drawn, 40);
    assert_in_order(
        &pages[2].join("\n"),
        &[
            "Late messages of September",
            "30 September 2026",
            "VAT 20% on ",
            "VAT 9% on ",
            "Paid\n100.00\nAmount due EUR",
        ],
    );
}

#[test]
fn reverse_charge_names_both_vat_numbers_and_the_words() {
    let text = text(&invoice_copies::reverse_charge());
    assert_in_order(&text, &["DE136695976", "Zażółć Gęślą Jaźń i Ωμέγα Α.Ε.", "Poland", "PL8567346215"]);
    assert_in_order(&text, &["VAT 0% (reverse charge) on 80.00\n0.00\n", "Total EUR\n80.00\nReverse charge\n"]);
}

#[test]
fn a_character_without_glyph_is_reported_and_stays_in_the_text() {
    let copy = invoice_copies::without_glyphs();
    let pdf = invoice_pdf(&copy, &PdfStyle::default());
    assert!(pdf.missing.contains(&'株') && pdf.missing.contains(&'ع') && !pdf.missing.contains(&'K'));
    let text = pdf_text::pages(&pdf.bytes).concat().join("\n");
    assert_in_order(&text, &["株式会社東京通信 Tokyo Tsushin K.K.\n北京市朝阳区\nحي العليا\nJapan\n"]);
    let claims = |bytes: &[u8]| bytes.windows(11).any(|window| window == b"pdfaid:part");
    assert!(!claims(&pdf.bytes), "a box is not allowed in PDF/A");
    assert!(claims(&invoice_pdf(&invoice_copies::one_line(), &PdfStyle::default()).bytes));
}

#[test]
fn each_kind_says_what_it_is() {
    let credit = text(&invoice_copies::credit_note());
    assert_in_order(&credit, &["Credit note", "Credited to", "Corrects invoice\nINV-2026-0007 of 28 November 2026"]);
    assert_in_order(&credit, &["Reason\n1,000 credits were returned", "Total credit EUR\n48.00"]);
    assert!(!credit.contains("IBAN") && !credit.contains("is due"), "nobody pays a credit note:\n{credit}");

    let pro_forma = text(&invoice_copies::pro_forma());
    assert_in_order(&pro_forma, &["Pro-forma invoice\nThis is not a VAT invoice\n", "Due\non receipt\n", "RF34 42"]);
    assert!(!pro_forma.contains("Number\n"));

    let yen = text(&invoice_copies::yen());
    assert_in_order(&yen, &["8.125", "no VAT", "100,303", "Not subject to VAT: 103,303\n0\n", "Total JPY\n103,303"]);
    assert_in_order(&yen, &["BIC", "Branch 001\nAccount 1234567\n", "Payment reference"]);

    let mut paid = invoice_copies::one_line();
    sum_up(&mut paid, "240");
    let paid = text(&paid);
    assert_in_order(&paid, &["Paid\n240.00\nAmount due EUR\n0.00", "This invoice is paid. Nothing is due."]);
    assert!(!paid.contains("IBAN"));
}

/// A description longer than a page, words wider than a column, the largest amounts, and characters that cannot be seen.
#[test]
fn no_text_is_too_long_or_too_strange() {
    let mut copy = invoice_copies::one_line();
    let most = "92233720368.54775807";
    let long = "word ".repeat(2_000);
    copy.lines = vec![
        line(&long, [most, "u", most, "1"], TaxCategory::Standard, "0.0001"),
        line(&"W".repeat(500), ["-1", &"unit".repeat(40), "-0.00000001", "-1"], TaxCategory::Exempt, "0"),
        line("", ["0", "", "0", "0"], TaxCategory::ReverseCharge, "0"),
    ];
    copy.buyer.name = format!("\u{202e}tab\there\u{0} {}", "x".repeat(400));
    copy.notes = vec!["note ".repeat(3_000), String::new()];
    let style = PdfStyle { foot: vec!["foot ".repeat(200)], ..PdfStyle::default() };
    let pdf = invoice_pdf(&copy, &style);
    let pages = pdf_text::pages(&pdf.bytes);
    assert_eq!(pages.len(), pdf.pages);
    assert!(pages.len() > 5, "{} pages", pages.len());
    let words = pages.concat().iter().map(|text| text.matches("word").count()).sum::<usize>();
    assert_eq!(words, 2_000);
}

#[test]
fn letter_paper_and_a_logo_are_drawn() {
    // A PNG of one red pixel.
    let png: Vec<u8> = [
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de",
        "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082",
    ]
    .concat()
    .as_bytes()
    .chunks(2)
    .map(|digits| u8::from_str_radix(std::str::from_utf8(digits).expect("digits"), 16).expect("hexadecimal"))
    .collect();
    let logo = Logo::parse(&png).expect("a logo");
    let style = PdfStyle { paper: PaperSize::Letter, logo: Some(logo), ..PdfStyle::default() };
    let bytes = invoice_pdf(&invoice_copies::one_line(), &style).bytes;
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has("/MediaBox [0 0 612 792]") && has("/Subtype /Image") && has("/Logo "));
}

/// Skipped where the tools are not installed.
#[test]
fn other_programs_read_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, copy) in invoice_copies::all() {
        let path = folder.path().join(format!("{name}.pdf"));
        std::fs::write(&path, invoice_pdf(&copy, &PdfStyle::default()).bytes).expect("written");
        if let Ok(checked) = Command::new("qpdf").arg("--check").arg(&path).output() {
            assert!(checked.status.success(), "{name}: {checked:?}");
        }
        if let Ok(extracted) = Command::new("pdftotext").arg(&path).arg("-").output() {
            let text = String::from_utf8_lossy(&extracted.stdout);
            assert!(extracted.status.success() && extracted.stderr.is_empty(), "{name}: {extracted:?}");
            let first = copy.buyer.name.split(' ').next().expect("a word");
            assert!(text.contains(first), "{name}: no {first} in {text}");
        }
    }
}
