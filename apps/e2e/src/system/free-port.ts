import { createServer } from "node:net";

const PORT_MIN = 15_000;
const PORT_END = 32_000;
const TRIES_MAX = 200;

const given = new Set<number>();

/**
 * A port that nobody listens on, each only once in this run. Below the range that the system hands to outgoing connections: a process that is killed and
 * started again must find its port still free.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_END - PORT_MIN));
    if (given.has(port) || !(await canListen(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port found tries=${TRIES_MAX}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
