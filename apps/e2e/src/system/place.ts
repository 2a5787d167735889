/** Where a process of a cluster runs. */
export interface Place {
  /** Address of its host, on which it listens. */
  readonly ip: string;
  /** The command that runs a program there; its process id is the program's. */
  readonly command: (program: string, args: readonly string[]) => { readonly program: string; readonly args: readonly string[] };
  /** Of a broker that has a disk of its own. */
  readonly dataFolder?: string;
}

/** Beside this process. */
export const HERE: Place = { ip: "127.0.0.1", command: (program, args) => ({ program, args }) };
