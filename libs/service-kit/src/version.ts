/** Version of the product, as logs, telemetry and `millrace --version` show it. */
export const VERSION = "0.1.0";
