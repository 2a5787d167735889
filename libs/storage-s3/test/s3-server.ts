/** A server that speaks S3, in this process. It knows one access key, `S3RVER`. */
export interface S3Server {
  readonly port: number;
  stop(): Promise<void>;
}

interface Running {
  readonly httpServer: { closeAllConnections(): void };
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

/** The package ships no types: this is what is taken of it. */
type Constructor = new (options: Readonly<Record<string, unknown>>) => Running;

export async function startS3Server(directory: string, bucket: string): Promise<S3Server> {
  const name = "s3rver";
  const { default: S3rver } = (await import(name)) as { readonly default: Constructor };
  const configureBuckets = [{ name: bucket, configs: [] }];
  const server = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  return {
    port,
    stop: async () => {
      const closed = server.close();
      server.httpServer.closeAllConnections(); // Those that the client keeps.
      await closed;
    },
  };
}
