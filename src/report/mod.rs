//! Reports: answer questions from one snapshot of the database as plain data. Nothing is changed here.
//!
//! Traffic: `traffic_question` is what is asked and the lines of the answer, `calendar` splits a period into hours, days or
//! months, `traffic_groups` sums accounts into lines, with
//! `charged_by` for their prices, `traffic` and `usage` order them; `traffic_chart` and `sparklines` arrange
//! them for drawing. Balances: `runway` estimates how long each lasts; `balances`, `balance_totals` and `customer_overview` build
//! on it; `history` and `statement` list entries with accrued charges. `recipients` decides who gets emails and
//! `alert_explanation` why one was or was not sent. `statement_proof` signs a statement, and `proof_check` checks it elsewhere. `forecast` finds what will cost money soon. `price_notices` finds whom planned changes of prices concern.

mod alert_explanation;
mod balance_at;
mod balance_explanation;
mod balance_totals;
mod balance_unit;
mod balances;
mod calendar;
mod charged_by;
mod chart;
mod customer_overview;
pub mod document;
mod forecast;
mod history;
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
mod recent_destinations;
mod recent_traffic;
mod recipients;
mod runway;
mod sparklines;
mod statement;
mod statement_proof;
mod traffic;
mod traffic_chart;
mod traffic_groups;
mod traffic_question;
mod usage;

pub use alert_explanation::{AlertExplanation, AlertVerdict, explain_alerts};
pub use balance_at::{BalanceAt, balances_at};
pub use balance_explanation::{BalanceShare, explain_balance};
pub use balance_totals::{UnitTotal, totals_by_unit};
pub use balance_unit::unit_of;
pub use balances::{BalancesOrder, BalancesQuestion, balances};
pub use calendar::{Calendar, CountedBy, Grain, Period, Slot};
pub use charged_by::ChargedBy;
pub use chart::{Bar, Chart, Hue, Scale, Series, compact_count};
pub use customer_overview::{CustomerOverview, customer_overview};
pub use forecast::{Forecast, ForecastFinding, ForecastKind, ForecastQuestion, forecast};
pub use history::{HistoryLine, history};
pub use plan_summary::{PlanSummary, plan_summary};
pub use plan_uses::{PlanUse, PlanUser, plan_uses};
pub use price_impact::{ChangedPlan, IMPACT_DAYS, PriceImpact, price_impacts};
pub use price_list::{ListedPrices, PriceLine, PriceState, price_line, price_list};
pub use price_lookup::{AskedPlan, LookupQuestion, PriceLookup, PriceRule, look_up};
pub use price_notices::{NoticeQuestion, NoticedChange, PlannedNotices, PriceNotice};
pub use price_steps::{PlanPriceList, list_difference, plan_difference, plan_price_list, price_history};
pub use pricing::{AccountPricing, CustomerPricing, PlannedChange, account_pricing, customer_pricing};
pub use proof_check::{ProofBreak, ProofOutcome, verify_statement};
pub use recent_traffic::{RecentTraffic, recent_traffic};
pub use recipients::{account_recipients, internal_recipients, warning_recipients};
pub use runway::{Burn, Runway, runways};
pub use sparklines::{Sparkline, SparklineReport, sparklines};
pub use statement::{Statement, statement};
pub use statement_proof::{ProvenEntry, ProvenHead, ProvenStatement, prove_statement};
pub use traffic::{TrafficReport, traffic, traffic_report};
pub use traffic_chart::traffic_chart;
pub use traffic_question::{
    MessageTotals, STATES, TrafficGroup, TrafficLine, TrafficMeasure, TrafficOrder, TrafficQuestion,
};
pub use usage::{UsageLine, usage};
