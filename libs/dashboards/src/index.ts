export { type Dashboard, type DashboardVariable, labelsOfLegend, type Panel, type PanelQuery, parseDashboard } from "./dashboard.ts";
export { drawNow, type DrawnDashboard, type View } from "./draw-now.ts";
export { type PanelData, panelsOver } from "./panel-data.ts";
export { drawDashboard, type Picture } from "./picture/draw-dashboard.ts";
export { type Metrics, PrometheusApi } from "./prometheus-api.ts";
export { dashboardNamed, readDashboards } from "./read-dashboards.ts";
export { type DashboardServer, serveDashboards, type ServeSettings } from "./serve/serve-dashboards.ts";
export type { Point, Series, TimeSpan } from "./series.ts";
export { filledIn, fillingOf, type Picked, valuesOf, type VariableValues } from "./variables.ts";
