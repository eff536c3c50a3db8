//! UBL 2.1: `Invoice` and `CreditNote`, which differ in a few names and in the place of the tax point.

use crate::formats::einvoice::rules::{
    ExpressibleInvoice, NotExpressible, address_lines, amount, exemption, quantity_and_price, rate, unit_code,
};
use crate::formats::xml::XmlWriter;
use crate::model::invoice::{BilledPeriod, InvoiceCopy, InvoiceLine, InvoiceParty, TaxCategory};
use crate::model::{Country, Money};

const CUSTOMIZATION: &str = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";
const PROFILE: &str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

/// An invoice or credit note in UBL.
///
/// # Errors
/// [`NotExpressible`] if it breaks a rule of EN 16931.
pub fn ubl(copy: &InvoiceCopy) -> Result<String, NotExpressible> {
    let invoice = ExpressibleInvoice::of(copy)?;
    let root = if invoice.is_credit_note() { "CreditNote" } else { "Invoice" };
    let namespace = format!("urn:oasis:names:specification:ubl:schema:xsd:{root}-2");
    let attributes = [
        ("xmlns", namespace.as_str()),
        ("xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
        ("xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
    ];
    let mut xml = XmlWriter::new();
    xml.nested(root, &attributes, |xml| {
        write_head(xml, &invoice);
        write_references(xml, &invoice);
        xml.element("cac:AccountingSupplierParty", |xml| {
            write_party(xml, &invoice, &copy.seller, invoice.seller_country);
        });
        xml.element("cac:AccountingCustomerParty", |xml| {
            write_party(xml, &invoice, &copy.buyer, invoice.buyer_country);
        });
        if !invoice.is_credit_note() {
            write_payment_means(xml, &invoice);
        }
        xml.element("cac:PaymentTerms", |xml| xml.text("cbc:Note", invoice.payment_terms()));
        write_taxes(xml, copy);
        write_totals(xml, copy);
        for (index, line) in copy.lines.iter().enumerate() {
            write_line(xml, &invoice, line, index + 1);
        }
    });
    Ok(xml.finish())
}

fn write_head(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let copy = invoice.copy;
    xml.text("cbc:CustomizationID", CUSTOMIZATION);
    xml.text("cbc:ProfileID", PROFILE);
    xml.text("cbc:ID", invoice.number);
    xml.text("cbc:IssueDate", copy.issued_on);
    if invoice.is_credit_note() {
        xml.maybe("cbc:TaxPointDate", copy.tax_point);
        xml.text("cbc:CreditNoteTypeCode", invoice.type_code());
    } else {
        xml.text("cbc:DueDate", copy.payment.due_on);
        xml.text("cbc:InvoiceTypeCode", invoice.type_code());
    }
    // Peppol takes one note.
    let notes: Vec<&str> = copy.notes.iter().map(String::as_str).filter(|note| !note.is_empty()).collect();
    let reason = copy.credits.as_ref().and_then(|credited| credited.reason.as_deref());
    let notes: Vec<&str> = reason.into_iter().chain(notes).collect();
    xml.maybe("cbc:Note", (!notes.is_empty()).then(|| notes.join("\n")));
    if !invoice.is_credit_note() {
        xml.maybe("cbc:TaxPointDate", copy.tax_point);
    }
    xml.text("cbc:DocumentCurrencyCode", copy.currency);
    xml.maybe("cbc:BuyerReference", invoice.buyer_reference());
}

fn write_references(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let copy = invoice.copy;
    write_period(xml, copy.period);
    if let Some(order) = &copy.buyer_reference {
        xml.element("cac:OrderReference", |xml| xml.text("cbc:ID", order));
    }
    if let Some(credited) = &copy.credits {
        xml.element("cac:BillingReference", |xml| {
            xml.element("cac:InvoiceDocumentReference", |xml| {
                xml.text("cbc:ID", &credited.number);
                xml.text("cbc:IssueDate", credited.issued_on);
            });
        });
    }
}

fn write_period(xml: &mut XmlWriter, period: Option<BilledPeriod>) {
    let Some(period) = period else { return };
    xml.element("cac:InvoicePeriod", |xml| {
        xml.text("cbc:StartDate", period.first);
        xml.text("cbc:EndDate", period.last);
    });
}

fn write_party(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>, party: &InvoiceParty, country: &Country) {
    let [street, additional, further] = address_lines(party);
    xml.element("cac:Party", |xml| {
        if let Some(email) = &party.email {
            xml.text_with("cbc:EndpointID", &[("schemeID", "EM")], email);
        }
        if let Some(code) = &party.account_code {
            xml.element("cac:PartyIdentification", |xml| xml.text("cbc:ID", code));
        }
        xml.element("cac:PostalAddress", |xml| {
            xml.maybe("cbc:StreetName", street);
            xml.maybe("cbc:AdditionalStreetName", additional);
            if let Some(further) = further {
                xml.element("cac:AddressLine", |xml| xml.text("cbc:Line", further));
            }
            xml.element("cac:Country", |xml| xml.text("cbc:IdentificationCode", country.code()));
        });
        if let Some(number) = invoice.vat_number(party) {
            xml.element("cac:PartyTaxScheme", |xml| {
                xml.text("cbc:CompanyID", number);
                write_tax_scheme(xml);
            });
        }
        xml.element("cac:PartyLegalEntity", |xml| {
            xml.text("cbc:RegistrationName", &party.name);
            xml.maybe("cbc:CompanyID", party.registration_number.as_ref());
        });
        if party.phone.is_some() || party.email.is_some() {
            xml.element("cac:Contact", |xml| {
                xml.maybe("cbc:Telephone", party.phone.as_ref());
                xml.maybe("cbc:ElectronicMail", party.email.as_ref());
            });
        }
    });
}

fn write_tax_scheme(xml: &mut XmlWriter) {
    xml.element("cac:TaxScheme", |xml| xml.text("cbc:ID", "VAT"));
}

fn write_payment_means(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let payment = &invoice.copy.payment;
    xml.element("cac:PaymentMeans", |xml| {
        xml.text("cbc:PaymentMeansCode", invoice.payment_code());
        xml.text("cbc:PaymentID", &payment.reference);
        if let Some(iban) = &payment.iban {
            xml.element("cac:PayeeFinancialAccount", |xml| {
                xml.text("cbc:ID", iban.split_whitespace().collect::<String>());
                xml.maybe("cbc:Name", payment.account_holder.as_ref());
                if let Some(bic) = &payment.bic {
                    xml.element("cac:FinancialInstitutionBranch", |xml| xml.text("cbc:ID", bic));
                }
            });
        }
    });
}

fn write_amount(xml: &mut XmlWriter, name: &str, value: Money, copy: &InvoiceCopy) {
    xml.text_with(name, &[("currencyID", copy.currency.code())], amount(value, copy.currency));
}

fn write_taxes(xml: &mut XmlWriter, copy: &InvoiceCopy) {
    xml.element("cac:TaxTotal", |xml| {
        write_amount(xml, "cbc:TaxAmount", copy.totals.tax, copy);
        for tax in &copy.taxes {
            let (code, reason) = exemption(tax);
            xml.element("cac:TaxSubtotal", |xml| {
                write_amount(xml, "cbc:TaxableAmount", tax.net, copy);
                write_amount(xml, "cbc:TaxAmount", tax.tax, copy);
                xml.element("cac:TaxCategory", |xml| {
                    write_category(xml, tax.category, rate(tax.category, tax.rate));
                    xml.maybe("cbc:TaxExemptionReasonCode", code);
                    xml.maybe("cbc:TaxExemptionReason", reason);
                    write_tax_scheme(xml);
                });
            });
        }
    });
}

fn write_category(xml: &mut XmlWriter, category: TaxCategory, rate: Option<String>) {
    xml.text("cbc:ID", category.as_str());
    xml.maybe("cbc:Percent", rate);
}

fn write_totals(xml: &mut XmlWriter, copy: &InvoiceCopy) {
    let totals = &copy.totals;
    xml.element("cac:LegalMonetaryTotal", |xml| {
        write_amount(xml, "cbc:LineExtensionAmount", totals.net, copy);
        write_amount(xml, "cbc:TaxExclusiveAmount", totals.net, copy);
        write_amount(xml, "cbc:TaxInclusiveAmount", totals.gross, copy);
        if totals.paid != Money::ZERO {
            write_amount(xml, "cbc:PrepaidAmount", totals.paid, copy);
        }
        write_amount(xml, "cbc:PayableAmount", totals.due, copy);
    });
}

fn write_line(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>, line: &InvoiceLine, number: usize) {
    let copy = invoice.copy;
    let (name, quantity_name) = if invoice.is_credit_note() {
        ("cac:CreditNoteLine", "cbc:CreditedQuantity")
    } else {
        ("cac:InvoiceLine", "cbc:InvoicedQuantity")
    };
    let (quantity, price) = quantity_and_price(line);
    xml.element(name, |xml| {
        xml.text("cbc:ID", number);
        xml.text_with(quantity_name, &[("unitCode", unit_code(line))], quantity);
        write_amount(xml, "cbc:LineExtensionAmount", line.net, copy);
        write_period(xml, line.period);
        xml.element("cac:Item", |xml| {
            xml.text("cbc:Name", &line.description);
            xml.element("cac:ClassifiedTaxCategory", |xml| {
                write_category(xml, line.category, rate(line.category, line.rate));
                write_tax_scheme(xml);
            });
        });
        xml.element("cac:Price", |xml| write_amount(xml, "cbc:PriceAmount", price, copy));
    });
}
