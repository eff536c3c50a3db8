//! Checks plans and prices: the shared sequence of IDs, the prices themselves, and units.

use crate::error::{Error, Result, quoted};
use crate::store::sqlite::check::CheckReport;
use crate::store::{ArchiveFilter, Page, PlanFilter, PlanSort, Snapshot};

/// Every ID of the sequence.
const IDS: &str = "SELECT id FROM price UNION ALL SELECT id FROM service_plan UNION ALL SELECT id FROM account_service
    UNION ALL SELECT id FROM overlay ORDER BY id";

impl Snapshot<'_> {
    /// Checks that nothing is missing in the sequence of prices, that every service has a plan in its unit, and that every
    /// account has plans only in the unit of its service.
    pub(super) fn check_prices(&self, report: &mut CheckReport) -> Result<()> {
        self.check_sequence(report)?;
        self.check_services(report)?;
        let mut plans = Vec::new();
        let page = Page::all(PlanSort::Code);
        let all = PlanFilter { archive_filter: ArchiveFilter::All, unit: None, search: None, page };
        self.plans(&all, |plan| {
            plans.push(plan);
            Ok::<_, Error>(())
        })?;
        let version = self.prices_version()?;
        for plan in plans {
            for row in self.price_rows(plan.id, version)? {
                if row.price.is_some_and(|price| plan.unit.check(price).is_err()) {
                    report.add(format!("price {} of plan {} is not one in {}", row.id, quoted(&plan.code), plan.unit));
                }
            }
        }
        if let Some((account_id, plan_id, unit)) = self.account_with_other_unit(None)? {
            let (account, plan) = (self.smpp_account_of(account_id)?, self.plan_of(plan_id)?);
            report.add(format!(
                "SMPP account {} is charged in {unit}, but has plan {} in {}",
                account.system_id,
                quoted(&plan.code),
                plan.unit
            ));
        }
        Ok(())
    }

    /// Checks that the IDs of the four tables are 1, 2, 3 … without a gap, each once.
    fn check_sequence(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(IDS)?;
        let ids = statement.query_map([], |row| row.get::<_, i64>(0))?;
        for (expected, id) in (1..).zip(ids) {
            let id = id?;
            if id != expected {
                let fault =
                    if id < expected { format!("{id} is there twice") } else { format!("{expected} is missing") };
                report.add(format!("of prices, plans of services, services of accounts and overlays, number {fault}"));
                break;
            }
        }
        Ok(())
    }

    /// Checks that each service always had a plan, in its unit.
    fn check_services(&self, report: &mut CheckReport) -> Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT code FROM service WHERE NOT EXISTS
                 (SELECT 1 FROM service_plan WHERE service_id = service.id AND effective_from IS NULL)
             UNION ALL
             SELECT service.code FROM service JOIN service_plan ON service_id = service.id JOIN plan ON plan.id = plan_id
             WHERE plan.unit <> service.unit",
        )?;
        let codes = statement.query_map([], |row| row.get::<_, String>(0))?;
        for code in codes {
            report.add(format!("service {} has no plan in its unit at some time", quoted(code?)));
        }
        Ok(())
    }
}
