//! Reports: questions that take more than one look, answered from one snapshot as plain data. Nothing is changed here.

mod alert_explanation;
mod balance_at;
mod balance_unit;
mod calendar;
mod chart;
mod customer_overview;
pub mod document;
mod explanation;
mod recent;
mod recipients;
mod runway;
mod sparklines;
mod statement;
mod sums;
mod totals;
mod traffic;
mod traffic_chart;
mod usage;

pub use alert_explanation::{AlertExplanation, AlertVerdict, explain_alerts};
pub use balance_at::{BalanceAt, balances_at};
pub use balance_unit::unit_of;
pub use calendar::{Calendar, CountedBy, Grain, Slot};
pub use chart::{Bar, Chart, Hue, Scale, Series, compact};
pub use customer_overview::{CustomerOverview, customer_overview};
pub use explanation::{Share, explain};
pub use recent::{RecentTraffic, recent_traffic};
pub use recipients::{account_recipients, internal_recipients, warning_recipients};
pub use runway::{Burn, Runway, runways};
pub use sparklines::{Sparkline, sparklines};
pub use statement::{Period, Statement, statement};
pub use sums::Sums;
pub use totals::{UnitTotal, totals_by_unit};
pub use traffic::{Group, STATES, TrafficLine, TrafficQuestion, traffic};
pub use traffic_chart::traffic_chart;
pub use usage::{UsageLine, usage};
