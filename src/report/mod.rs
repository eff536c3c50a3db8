//! Reports: answer questions from one snapshot of the database as plain data. Nothing is changed here.
//!
//! Traffic: `traffic_question` is what is asked and the lines of the answer, `calendar` splits a period into hours, days or
//! months, `traffic_groups` sums accounts into lines, with
//! `charged_by` for their prices, `traffic` and `usage` order them; `traffic_chart` and `sparklines` arrange
//! them for drawing. Balances: `runway` estimates how long each lasts; `balances`, `balance_totals` and `customer_overview` build
//! on it; `history` and `statement` list entries with accrued charges. `recipients` decides who gets emails and
//! `alert_explanation` why one was or was not sent. `forecast` finds what will cost money soon, `forecast_conditions`
//! what warnings ask of it, both by `usual_traffic`. `price_notices` finds whom planned changes of prices concern. `overview` is the
//! state of the whole installation, `declared` the part of it that files may declare. `statement_proof` signs a statement, and
//! `proof_check` checks it elsewhere. `audit_figures` sums what an auditor asks for.

mod alert_explanation;
mod audit_figures;
mod balance_at;
mod balance_explanation;
mod balance_totals;
mod balance_unit;
mod balances;
mod calendar;
mod charged_by;
mod chart;
mod customer_overview;
mod customer_receivables;
mod declared;
pub mod document;
mod figures;
mod forecast;
mod forecast_conditions;
mod history;
mod invoice_copy;
mod invoice_overview;
mod issued_copy;
mod open_invoices;
mod overview;
mod plan_at_time;
mod plan_summary;
mod plan_uses;
mod price_impact;
mod price_list;
mod price_lookup;
mod price_notices;
mod price_steps;
mod pricing;
mod proof_check;
mod receivables;
mod receivables_statement;
mod recent_days;
mod recent_destinations;
mod recent_traffic;
mod recipients;
mod runway;
mod sending_customers;
mod sparklines;
mod statement;
mod statement_proof;
mod traffic;
mod traffic_chart;
mod traffic_comparison;
mod traffic_groups;
mod traffic_question;
mod unbilled_usage;
mod usage;
mod usual_traffic;

pub use alert_explanation::{AlertExplanation, AlertVerdict, explain_alerts};
pub use audit_figures::{AuditFigures, SeriesProof, TaxSum, issued_invoices, series_proofs};
pub use balance_at::{BalanceAt, all_balances_at, balances_at};
pub use balance_explanation::{BalanceShare, ShareKind, explain_balance, explain_balance_since};
pub use balance_totals::{UnitTotal, totals_by_unit, totals_by_unit_at};
pub use balance_unit::unit_of;
pub use balances::{BalancesOrder, BalancesQuestion, balances};
pub use calendar::{Calendar, CountedBy, Grain, Period, Slot};
pub use charged_by::ChargedBy;
pub use chart::{Bar, Chart, Hue, Scale, Series, compact_count};
pub use customer_overview::{CustomerOverview, customer_overview};
pub use customer_receivables::{CustomerReceivables, customer_receivables};
pub(crate) use declared::overlay_now;
pub use declared::{declared_customer, declared_plans, declared_services};
pub use figures::{COUNTED_STATES, DaysLeft, Figures, figures};
pub use forecast::{FindingKind, Forecast, ForecastFinding, ForecastQuestion, forecast};
pub use forecast_conditions::{ForecastChange, ForecastCondition, forecast_changes, forecast_conditions};
pub use history::{HistoryLine, history};
pub use invoice_copy::{IssueTerms, copy_of_draft};
pub use invoice_overview::{InvoiceOverview, InvoiceSummary, invoice_overview, invoice_summaries};
pub use issued_copy::{Uncredited, issued_copy, uncredited};
pub use open_invoices::{open_invoices, unallocated_payments};
pub use overview::{EmailCounts, LowBalance, Overview, REFUSED_DAYS, TrafficToday, overview};
pub use plan_summary::{PlanSummary, plan_summary};
pub use plan_uses::{PlanUse, PlanUser, plan_uses};
pub use price_impact::{ChangedPlan, IMPACT_DAYS, PriceImpact, price_impacts};
pub use price_list::{ListedPrices, PriceLine, PriceState, price_line, price_list};
pub use price_lookup::{AskedPlan, LookupKind, LookupQuestion, PriceLookup, PriceRule, look_up};
pub use price_notices::{NoticeQuestion, NoticedChange, PlannedNotices, PriceNotice};
pub use price_steps::{PlanPriceList, list_difference, plan_difference, plan_price_list, price_history};
pub use pricing::{
    AccountPricing, CustomerPricing, PlannedChange, ServiceOutlook, account_pricing, customer_pricing, service_outlook,
};
pub use proof_check::{ProofBreak, ProofOutcome, verify_statement};
pub use receivables::{Age, OpenAmount, OpenItem, ReceivablesQuestion, open_items, receivables_by_age};
pub use receivables_statement::{ReceivablesStatement, receivables_statement};
pub use recent_days::{RECENT_DAYS, recent_days};
pub use recent_traffic::{RecentTraffic, recent_traffic};
pub use recipients::{account_recipients, internal_recipients, invoice_recipients, warning_recipients};
pub use runway::{Burn, Runway, runways};
pub use sending_customers::sending_customers;
pub use sparklines::{Sparkline, SparklineReport, sparklines};
pub use statement::{Statement, statement};
pub use statement_proof::{ProvenEntry, ProvenHead, ProvenStatement, prove_statement};
pub use traffic::{TrafficReport, traffic, traffic_report};
pub use traffic_chart::traffic_chart;
pub use traffic_comparison::{TrafficChange, TrafficComparison, compare_traffic};
pub use traffic_question::{
    MessageTotals, STATES, TrafficGroup, TrafficLine, TrafficMeasure, TrafficOrder, TrafficQuestion,
};
pub use unbilled_usage::{Month, UnbilledUsage, unbilled_usage};
pub use usage::{UsageLine, usage};
