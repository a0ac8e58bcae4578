/** The commands of `kinde-graphql`, their flags and their help. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Terminal } from './terminal.js';
import type { WebhookAction } from './webhooks.js';

/** What stands after the command. */
interface Given {
  flags: ReadonlySet<string>;
  options: Readonly<Record<string, string | undefined>>;
  action: string | undefined;
}

interface Command {
  /** Shown in the list of commands. */
  summary: string;
  /** Shown by `--help` below the summary. */
  details: string;
  /** Its flags, with what they do. */
  flags?: Readonly<Record<string, string>>;
  /** Its options with a value, with what they are. */
  options?: Readonly<Record<string, string>>;
  /** The words of which one must follow the command. */
  actions?: readonly string[];
  /** Returns the exit code, or nothing if the process keeps running. */
  run(given: Given, terminal: Terminal): Promise<number | void>;
}

const ELSEWHERE = 'Settings are environment variables; docs/settings.md lists them.';

// Each imports what it runs, so that `schema` doesn't load a server.
const commands: Readonly<Record<string, Command>> = {
  start: {
    summary: 'start the gateway',
    details: `Without KINDE_DOMAIN it uses an emulator of Kinde in the same process. ${ELSEWHERE}`,
    run: async () => void (await import('../index.js')),
  },
  emulator: {
    summary: 'start only the emulator of Kinde, and print the settings for a gateway',
    details: 'Its settings are variables that start with EMULATOR_; docs/emulator.md lists them.',
    run: async () => void (await import('../emulator/main.js')),
  },
  schema: {
    summary: 'print the GraphQL schema, with descriptions and directives',
    details: 'For code generators and for editors: kinde-graphql schema > schema.graphql',
    run: async (_, { stdout }) => {
      const { printSdl } = await import('../graphql/schema.js');
      stdout.write(printSdl());
      return 0;
    },
  },
  'check-config': {
    summary: 'check the settings, try Kinde and Redis, and list the fields that the scopes allow',
    details: `${ELSEWHERE}\nExits with 0 if a gateway with these settings can serve, else with 1.`,
    flags: {
      json: 'print the report as JSON',
      strict: 'also exit with 1 for a missing scope, an unreachable Redis, or a warning',
    },
    run: async ({ flags }, { env, stdout }) => {
      const { checkConfig, printReport } = await import('./check-config.js');
      const report = await checkConfig(env);
      stdout.write(
        `${flags.has('json') ? JSON.stringify(report, null, 2) : printReport(report)}\n`,
      );
      const isComplete =
        report.unusableFields.length === 0 &&
        report.warnings.length === 0 &&
        report.redis?.problem == null;
      return report.ok && (isComplete || !flags.has('strict')) ? 0 : 1;
    },
  },
  webhooks: {
    summary: 'list, register or remove the webhooks of the Kinde environment',
    details:
      'register has Kinde send its events to a gateway, and can be repeated. It uses KINDE_DOMAIN, KINDE_CLIENT_ID and KINDE_CLIENT_SECRET, with the scopes read:webhooks, create:webhooks, update:webhooks and delete:webhooks.',
    actions: ['list', 'register', 'remove'] satisfies WebhookAction[],
    options: { url: 'where events go, such as https://gateway.example.com/webhooks/kinde' },
    run: async ({ action, options }, terminal) => {
      const { webhooks } = await import('./webhooks.js');
      return webhooks(action as WebhookAction, { url: options['url'] }, terminal);
    },
  },
};

const columns = (rows: [string, string][]) => {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join('\n');
};

function overview(): string {
  const rows = Object.entries(commands).map(([name, { summary }]): [string, string] => [
    name,
    summary,
  ]);
  return `A GraphQL gateway over the Kinde Management API's organizations.

Usage: kinde-graphql COMMAND

${columns(rows)}

Run kinde-graphql COMMAND --help for details, or --version for the version.
`;
}

function helpOf(
  name: string,
  { summary, details, flags = {}, options = {}, actions }: Command,
): string {
  const rows = Object.entries({ ...options, ...flags, help: 'print this' }).map(
    ([flag, meaning]): [string, string] => [`--${flag}`, meaning],
  );
  const usage = [
    ...(actions === undefined ? [] : [actions.join(' | ')]),
    ...Object.keys(options).map((option) => `[--${option} ${option.toUpperCase()}]`),
    ...Object.keys(flags).map((flag) => `[--${flag}]`),
  ];
  return `Usage: ${['kinde-graphql', name, ...usage].join(' ')}

${summary[0]!.toUpperCase()}${summary.slice(1)}.

${details}

${columns(rows)}
`;
}

/**
 * Runs a command. Returns its exit code, or nothing if the process keeps running. Shells use exit code 2
 * for a wrong command line.
 */
export async function main([name, ...rest]: string[], terminal: Terminal): Promise<number | void> {
  const { stdout, stderr } = terminal;
  const misused = (message: string, help: string): number => {
    stderr.write(`${message}\n\n${help}`);
    return 2;
  };
  if (name === undefined) return misused('A command is missing.', overview());
  if (name === '--help' || name === '-h' || name === 'help') {
    stdout.write(overview());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    stdout.write(`${(JSON.parse(manifest) as { version: string }).version}\n`);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return misused(`There is no command ${name}.`, overview());

  let given: Given;
  try {
    given = parse(rest, command);
  } catch (error) {
    return misused((error as Error).message, helpOf(name, command));
  }
  if (given.flags.has('help')) {
    stdout.write(helpOf(name, command));
    return 0;
  }
  return command.run(given, terminal);
}

/** Reads what stands after a command. Throws for what the command doesn't know. */
function parse(args: string[], { flags = {}, options = {}, actions }: Command): Given {
  const { values, positionals } = parseArgs({
    args,
    strict: true,
    allowPositionals: actions !== undefined,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(Object.keys(flags).map((flag) => [flag, { type: 'boolean' as const }])),
      ...Object.fromEntries(
        Object.keys(options).map((name) => [name, { type: 'string' as const }]),
      ),
    },
  });
  const [action, unexpected] = positionals;
  if (unexpected !== undefined) throw new Error(`Unexpected argument '${unexpected}'.`);
  if (actions !== undefined && values['help'] !== true && !actions.includes(action ?? '')) {
    const found = action === undefined ? '' : `, not ${action}`;
    throw new Error(`Say what to do: ${actions.join(', ')}${found}.`);
  }
  const entries = Object.entries(values);
  return {
    flags: new Set(entries.filter(([, value]) => value === true).map(([flag]) => flag)),
    options: Object.fromEntries(
      entries.flatMap(([option, value]) => (typeof value === 'string' ? [[option, value]] : [])),
    ),
    action,
  };
}
