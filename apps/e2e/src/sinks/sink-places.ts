import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client as PostgresClient } from "pg";
import { connectClient, type ClusterClient } from "../system/cluster-client.ts";
import { createDevProcess, type DevProcess } from "../system/dev-process.ts";
import { createPostgresServer, type PostgresServer } from "../system/postgres-server.ts";
import { createRedisServer, type RedisServer } from "../system/redis-server.ts";
import { type SinkPlaces, SINKS } from "./sinks-job.ts";

/** The systems that the job writes to, beside its own cluster: none of them is killed. */
export class Targets {
  readonly places: SinkPlaces;
  readonly postgres: PostgresClient;
  readonly redis: Redis;
  readonly foreign: ClusterClient;
  readonly #servers: { readonly postgres: PostgresServer; readonly redis: RedisServer; readonly foreign: DevProcess };

  private constructor(servers: { postgres: PostgresServer; redis: RedisServer; foreign: DevProcess }, folder: string) {
    this.#servers = servers;
    this.postgres = new PostgresClient({ connectionString: servers.postgres.url });
    this.redis = new Redis(servers.redis.url);
    this.foreign = connectClient([servers.foreign.address]);
    this.places = {
      folder,
      filesFolder: join(folder, "files"),
      postgresUrl: servers.postgres.url,
      redisUrl: servers.redis.url,
      foreignAddress: servers.foreign.kafkaAddress,
    };
  }

  static async start(folder: string): Promise<Targets> {
    const own = join(folder, "targets");
    const foreignFolder = join(own, "foreign");
    mkdirSync(foreignFolder, { recursive: true });
    chmodSync(folder, 0o755); // the user that PostgreSQL runs as must pass through
    const servers = {
      postgres: await createPostgresServer(own),
      redis: await createRedisServer(own),
      foreign: await createDevProcess(foreignFolder),
    };
    await Promise.all([servers.postgres.process.start(), servers.redis.process.start(), servers.foreign.process.start()]);
    const targets = new Targets(servers, folder);
    await targets.postgres.connect();
    await targets.postgres.query(`CREATE TABLE ${SINKS.table} (id integer NOT NULL, nth integer NOT NULL)`);
    await targets.foreign.client.admin().createTopic({ name: SINKS.foreignTopic, partitions: 3 });
    return targets;
  }

  async stop(): Promise<void> {
    await this.postgres.end();
    this.redis.disconnect();
    await this.foreign.close();
    const { postgres, redis, foreign } = this.#servers;
    await Promise.all([postgres.process.stop(), redis.process.stop(), foreign.process.stop()]);
  }
}
