//! UN/CEFACT Cross Industry Invoice (D16B), the syntax inside Factur-X and `ZUGFeRD`.

use jiff::civil::Date;

use crate::formats::einvoice::rules::{
    ExpressibleInvoice, NotExpressible, address_lines, amount, exemption, quantity_and_price, rate, unit_code,
};
use crate::formats::xml::XmlWriter;
use crate::model::invoice::{BilledPeriod, InvoiceCopy, InvoiceLine, InvoiceParty, TaxSubtotal};
use crate::model::{Country, Money};

const GUIDELINE: &str = "urn:cen.eu:en16931:2017";

/// An invoice or credit note in CII.
///
/// # Errors
/// [`NotExpressible`] if it breaks a rule of EN 16931.
pub fn cii(copy: &InvoiceCopy) -> Result<String, NotExpressible> {
    let invoice = ExpressibleInvoice::of(copy)?;
    let attributes = [
        ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
        ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
        ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
        ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
    ];
    let mut xml = XmlWriter::new();
    xml.nested("rsm:CrossIndustryInvoice", &attributes, |xml| {
        xml.element("rsm:ExchangedDocumentContext", |xml| {
            xml.element("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.text("ram:ID", GUIDELINE));
        });
        write_document(xml, &invoice);
        xml.element("rsm:SupplyChainTradeTransaction", |xml| {
            for (index, line) in copy.lines.iter().enumerate() {
                write_line(xml, copy, line, index + 1);
            }
            write_agreement(xml, &invoice);
            xml.element("ram:ApplicableHeaderTradeDelivery", |_| {});
            write_settlement(xml, &invoice);
        });
    });
    Ok(xml.finish())
}

/// A date as `20261128`.
fn write_date(xml: &mut XmlWriter, name: &str, date: Date) {
    write_date_as(xml, name, "udt:DateTimeString", date);
}

fn write_date_as(xml: &mut XmlWriter, name: &str, kind: &str, date: Date) {
    xml.nested(name, &[], |xml| xml.text_with(kind, &[("format", "102")], date.strftime("%Y%m%d")));
}

fn write_document(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let copy = invoice.copy;
    let reason = copy.credits.iter().filter_map(|credited| credited.reason.as_ref());
    xml.element("rsm:ExchangedDocument", |xml| {
        xml.text("ram:ID", invoice.number);
        xml.text("ram:TypeCode", invoice.type_code());
        write_date(xml, "ram:IssueDateTime", copy.issued_on);
        for note in reason.chain(copy.notes.iter().filter(|note| !note.is_empty())) {
            xml.element("ram:IncludedNote", |xml| xml.text("ram:Content", note));
        }
    });
}

fn write_period(xml: &mut XmlWriter, period: Option<BilledPeriod>) {
    let Some(period) = period else { return };
    xml.element("ram:BillingSpecifiedPeriod", |xml| {
        write_date(xml, "ram:StartDateTime", period.first);
        write_date(xml, "ram:EndDateTime", period.last);
    });
}

fn write_line(xml: &mut XmlWriter, copy: &InvoiceCopy, line: &InvoiceLine, number: usize) {
    let (quantity, price) = quantity_and_price(line);
    xml.element("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.element("ram:AssociatedDocumentLineDocument", |xml| xml.text("ram:LineID", number));
        xml.element("ram:SpecifiedTradeProduct", |xml| xml.text("ram:Name", &line.description));
        xml.element("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.element("ram:NetPriceProductTradePrice", |xml| {
                xml.text("ram:ChargeAmount", amount(price, copy.currency));
            });
        });
        xml.element("ram:SpecifiedLineTradeDelivery", |xml| {
            xml.text_with("ram:BilledQuantity", &[("unitCode", unit_code(line))], quantity);
        });
        xml.element("ram:SpecifiedLineTradeSettlement", |xml| {
            xml.element("ram:ApplicableTradeTax", |xml| {
                xml.text("ram:TypeCode", "VAT");
                xml.text("ram:CategoryCode", line.category.as_str());
                xml.maybe("ram:RateApplicablePercent", rate(line.category, line.rate));
            });
            write_period(xml, line.period);
            xml.element("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.text("ram:LineTotalAmount", amount(line.net, copy.currency));
            });
        });
    });
}

fn write_agreement(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let copy = invoice.copy;
    xml.element("ram:ApplicableHeaderTradeAgreement", |xml| {
        xml.maybe("ram:BuyerReference", invoice.buyer_reference());
        xml.element("ram:SellerTradeParty", |xml| write_party(xml, invoice, &copy.seller, invoice.seller_country));
        xml.element("ram:BuyerTradeParty", |xml| write_party(xml, invoice, &copy.buyer, invoice.buyer_country));
        if let Some(order) = &copy.buyer_reference {
            xml.element("ram:BuyerOrderReferencedDocument", |xml| xml.text("ram:IssuerAssignedID", order));
        }
    });
}

fn write_party(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>, party: &InvoiceParty, country: &Country) {
    let [first, second, third] = address_lines(party);
    xml.maybe("ram:ID", party.account_code.as_ref());
    xml.text("ram:Name", &party.name);
    if let Some(number) = &party.registration_number {
        xml.element("ram:SpecifiedLegalOrganization", |xml| xml.text("ram:ID", number));
    }
    if party.phone.is_some() || party.email.is_some() {
        xml.element("ram:DefinedTradeContact", |xml| {
            if let Some(phone) = &party.phone {
                xml.element("ram:TelephoneUniversalCommunication", |xml| xml.text("ram:CompleteNumber", phone));
            }
            if let Some(email) = &party.email {
                xml.element("ram:EmailURIUniversalCommunication", |xml| xml.text("ram:URIID", email));
            }
        });
    }
    xml.element("ram:PostalTradeAddress", |xml| {
        xml.maybe("ram:LineOne", first);
        xml.maybe("ram:LineTwo", second);
        xml.maybe("ram:LineThree", third);
        xml.text("ram:CountryID", country.code());
    });
    if let Some(email) = &party.email {
        xml.element("ram:URIUniversalCommunication", |xml| xml.text_with("ram:URIID", &[("schemeID", "EM")], email));
    }
    if let Some(number) = invoice.vat_number(party) {
        xml.element("ram:SpecifiedTaxRegistration", |xml| xml.text_with("ram:ID", &[("schemeID", "VA")], number));
    }
}

fn write_settlement(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let copy = invoice.copy;
    xml.element("ram:ApplicableHeaderTradeSettlement", |xml| {
        if !invoice.is_credit_note() {
            xml.text("ram:PaymentReference", &copy.payment.reference);
        }
        xml.text("ram:InvoiceCurrencyCode", copy.currency);
        if !invoice.is_credit_note() {
            write_payment_means(xml, invoice);
        }
        for tax in &copy.taxes {
            write_tax(xml, copy, tax);
        }
        write_period(xml, copy.period);
        xml.element("ram:SpecifiedTradePaymentTerms", |xml| {
            xml.text("ram:Description", invoice.payment_terms());
            if !invoice.is_credit_note() {
                write_date(xml, "ram:DueDateDateTime", copy.payment.due_on);
            }
        });
        write_totals(xml, copy);
        if let Some(credited) = &copy.credits {
            xml.element("ram:InvoiceReferencedDocument", |xml| {
                xml.text("ram:IssuerAssignedID", &credited.number);
                write_date_as(xml, "ram:FormattedIssueDateTime", "qdt:DateTimeString", credited.issued_on);
            });
        }
    });
}

fn write_payment_means(xml: &mut XmlWriter, invoice: &ExpressibleInvoice<'_>) {
    let payment = &invoice.copy.payment;
    xml.element("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
        xml.text("ram:TypeCode", invoice.payment_code());
        let Some(iban) = &payment.iban else { return };
        xml.element("ram:PayeePartyCreditorFinancialAccount", |xml| {
            xml.text("ram:IBANID", iban.split_whitespace().collect::<String>());
            xml.maybe("ram:AccountName", payment.account_holder.as_ref());
        });
        if let Some(bic) = &payment.bic {
            xml.element("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| xml.text("ram:BICID", bic));
        }
    });
}

fn write_tax(xml: &mut XmlWriter, copy: &InvoiceCopy, tax: &TaxSubtotal) {
    let (code, reason) = exemption(tax);
    xml.element("ram:ApplicableTradeTax", |xml| {
        xml.text("ram:CalculatedAmount", amount(tax.tax, copy.currency));
        xml.text("ram:TypeCode", "VAT");
        xml.maybe("ram:ExemptionReason", reason);
        xml.text("ram:BasisAmount", amount(tax.net, copy.currency));
        xml.text("ram:CategoryCode", tax.category.as_str());
        xml.maybe("ram:ExemptionReasonCode", code);
        if let Some(day) = copy.tax_point {
            write_date_as(xml, "ram:TaxPointDate", "udt:DateString", day);
        }
        xml.maybe("ram:RateApplicablePercent", rate(tax.category, tax.rate));
    });
}

fn write_totals(xml: &mut XmlWriter, copy: &InvoiceCopy) {
    let totals = &copy.totals;
    let figure = |value: Money| amount(value, copy.currency);
    xml.element("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        xml.text("ram:LineTotalAmount", figure(totals.net));
        xml.text("ram:TaxBasisTotalAmount", figure(totals.net));
        xml.text_with("ram:TaxTotalAmount", &[("currencyID", copy.currency.code())], figure(totals.tax));
        xml.text("ram:GrandTotalAmount", figure(totals.gross));
        if totals.paid != Money::ZERO {
            xml.text("ram:TotalPrepaidAmount", figure(totals.paid));
        }
        xml.text("ram:DuePayableAmount", figure(totals.due));
    });
}
