/** The manifests for Kubernetes: valid, and true to the gateway. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { fileVariable, readConfig, settingsByVariable } from '../../src/config.js';
import { describeWith } from '../support/programs.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const place = join(root, 'deploy/kubernetes');

/** The classes that validate each kind, and the modules that they and their types are from. */
const KINDS = {
  ConfigMap: [ConfigMap, 'kubernetes-models/v1'],
  Deployment: [Deployment, 'kubernetes-models/apps/v1'],
  HorizontalPodAutoscaler: [HorizontalPodAutoscaler, 'kubernetes-models/autoscaling/v2'],
  Namespace: [Namespace, 'kubernetes-models/v1'],
  NetworkPolicy: [NetworkPolicy, 'kubernetes-models/networking.k8s.io/v1'],
  PodDisruptionBudget: [PodDisruptionBudget, 'kubernetes-models/policy/v1'],
  Secret: [Secret, 'kubernetes-models/v1'],
  Service: [Service, 'kubernetes-models/v1'],
  ServiceAccount: [ServiceAccount, 'kubernetes-models/v1'],
  ServiceMonitor: [
    ServiceMonitor,
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  ],
} as const;

interface Manifest {
  apiVersion: string;
  kind: keyof typeof KINDS;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: any;
}

const manifestsIn = (yaml: string) =>
  parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);

const kustomizations = readdirSync(place, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('kustomization.yaml'))
  .map((path) => {
    const folder = join(place, dirname(path));
    return { path, folder, ...parse(readFileSync(join(place, path), 'utf8')) };
  });

test('each file is used by the kustomization beside it', () => {
  for (const { folder, path, resources = [], patches = [], ...rest } of kustomizations) {
    const used = [
      ...resources,
      ...patches.map((patch: { path: string }) => patch.path),
      ...(rest.configMapGenerator ?? []).flatMap(({ envs = [] }: any) => envs),
      ...(rest.secretGenerator ?? []).flatMap(({ files = [] }: any) => files),
    ].filter((name: string) => !name.startsWith('..'));
    const there = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
    expect([path, there.sort()]).toEqual([path, used.sort()]);
  }
});

/** TypeScript refuses fields that a kind doesn't have, which the schemas of Kubernetes don't. */
function unknownFields(manifests: readonly Manifest[]): string[] {
  const name = join(root, 'test/deploy/manifests.virtual.ts');
  const source = manifests
    .map(({ kind, ...rest }, index) => {
      const value = JSON.stringify({ ...rest, kind });
      return `import type { I${kind} as T${index} } from '${KINDS[kind][1]}';\nexport const m${index}: T${index} = ${value};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, types: [], lib: ['lib.es2022.d.ts'] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === name || fileExists.call(host, path);
  host.getSourceFile = (path, version, ...more) =>
    path === name
      ? ts.createSourceFile(path, source, version)
      : getSourceFile.call(host, path, version, ...more);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const docs = readFileSync(join(root, 'docs/kubernetes.md'), 'utf8');
const shellBlocks = [...docs.matchAll(/```sh\n([^]*?)```/g)].map(([, text]) => text!);
const REDIS_WITH_PASSWORD = 'rediss://:a-password@redis.internal:6379';

/** What `kubectl apply -k` would send for a folder. */
const build = (folder: string) =>
  manifestsIn(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }));

describeWith('kubectl')('the overlay', () => {
  const copies: string[] = [];
  const built: Record<string, Manifest[]> = {};
  /** Builds a copy of the production overlay with these files edited, and a block of the docs run in it. */
  const buildEdited = (edits: Record<string, (text: string) => string>, block?: RegExp) => {
    const copy = mkdtempSync(join(tmpdir(), 'kubernetes-'));
    copies.push(copy);
    cpSync(place, copy, { recursive: true });
    const folder = join(copy, 'overlays/production');
    for (const [name, edit] of Object.entries(edits)) {
      const file = join(folder, name);
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const edited = edit(text);
      expect(edited).not.toBe(text);
      writeFileSync(file, edited);
    }
    if (block !== undefined) {
      const [commands] = shellBlocks.filter((text) => block.test(text));
      const env = { ...process.env, REDIS_URL: REDIS_WITH_PASSWORD };
      execFileSync('bash', ['-euc', commands!], { cwd: folder, env });
    }
    return build(folder);
  };
  beforeAll(() => {
    built['emulator'] = build(join(place, 'overlays/emulator'));
    built['production'] = build(join(place, 'overlays/production'));
    built['production with monitoring'] = buildEdited({
      'kustomization.yaml': (text) =>
        text.replace('# - ../../components/mon', '- ../../components/mon'),
    });
    const withOwnRedis = (text: string) =>
      text.replace('# - ../../components/own-redis', '- ../../components/own-redis');
    built['production with its own Redis'] = buildEdited({
      'kustomization.yaml': withOwnRedis,
      'settings.env': (text) =>
        `${text}REDIS_URL=redis://redis.internal:6379\nSHUTDOWN_GRACE_MS=20000\n`,
    });
    built['production with a Redis that has a password'] = buildEdited(
      { 'kustomization.yaml': withOwnRedis },
      /REDIS_URL_FILE/,
    );
  });
  afterAll(() => copies.forEach((copy) => rmSync(copy, { recursive: true })));

  test('with monitoring differs from the one without by its component', () => {
    const kinds = (name: string) => built[name]!.map(({ kind }) => kind);
    expect(kinds('production with monitoring').sort()).toEqual(
      [...kinds('production'), 'ServiceMonitor'].sort(),
    );
  });

  test('has no field that Kubernetes doesn’t know', () => {
    const manifests = Object.values(built).flat();
    const wrong = manifests.find(({ kind }) => kind === 'Deployment')!;
    const misspelled = { ...wrong, spec: { ...wrong['spec'], replica: 1 } };
    expect(unknownFields([...manifests, misspelled])).toEqual([
      expect.stringContaining("'\"replica\"' does not exist in type 'IDeploymentSpec'"),
    ]);
  });

  describe.each([
    ...['production', 'production with monitoring', 'production with its own Redis'],
    ...['production with a Redis that has a password', 'emulator'],
  ])('%s', (name) => {
    let manifests: Manifest[];
    beforeAll(() => {
      manifests = built[name]!;
    });
    const find = (kind: string, named = 'kinde-graphql') =>
      manifests.find((one) => one.kind === kind && one.metadata.name.startsWith(named))!;
    const pod = (named = 'kinde-graphql') =>
      manifests.find((one) => one.kind === 'Deployment' && one.metadata.name === named)!['spec']
        .template;
    const gateway = () => pod().spec.containers[0];
    /** The variables that the container gets: those of `env` win. */
    const environment = (): Record<string, string> => ({
      ...find('ConfigMap', 'kinde-graphql-settings')['data'],
      ...Object.fromEntries(
        gateway().env.map(({ name: variable, value }: any) => [variable, value]),
      ),
    });
    /** What a file in the container has, by its path. */
    const mounted = (path: string) => {
      const { mountPath, name: volume } = gateway().volumeMounts[0];
      const { secretName } = pod().spec.volumes.find((one: any) => one.name === volume).secret;
      const secret = manifests.find(
        (one) => one.kind === 'Secret' && one.metadata.name === secretName,
      )!;
      expect(path.startsWith(`${mountPath}/`)).toBe(true);
      return Buffer.from(secret['data'][path.slice(mountPath.length + 1)], 'base64').toString();
    };
    /** What the gateway makes of its variables and files. */
    const configuration = () => {
      const directory = mkdtempSync(join(tmpdir(), 'kubernetes-'));
      copies.push(directory);
      const variables = Object.entries(environment()).map(([variable, value]) => {
        if (!variable.endsWith('_FILE')) return [variable, value];
        const file = join(directory, variable);
        writeFileSync(file, mounted(value));
        return [variable, file];
      });
      return readConfig(Object.fromEntries(variables));
    };
    const hasOwnRedis = name.endsWith('Redis') || name.endsWith('password');
    const redisPods = () => (hasOwnRedis ? [] : [pod('kinde-graphql-redis')]);

    test('is valid by the schemas of Kubernetes', () => {
      for (const manifest of manifests) {
        const [Kind] = KINDS[manifest.kind];
        const model = new Kind(manifest as never);
        // The class has these two for every manifest of its kind.
        expect([manifest.apiVersion, manifest.kind]).toEqual([model.apiVersion, model.kind]);
        expect(() => model.validate()).not.toThrow();
      }
    });

    test('gives the gateway settings that it reads and accepts', () => {
      const secrets = [...settingsByVariable.values()]
        .filter(({ isSecret }) => isSecret)
        .map(({ variable }) => fileVariable(variable));
      for (const variable of Object.keys(environment())) {
        expect([...settingsByVariable.keys(), ...secrets]).toContain(variable);
      }
      const config = configuration();
      const [http, metrics] = gateway().ports;
      expect([config.host, config.port, config.metrics]).toEqual([
        '0.0.0.0',
        http.containerPort,
        { host: '0.0.0.0', port: metrics.containerPort },
      ]);
      const { delayMs, graceMs } = config.shutdown;
      const { preStop } = gateway().lifecycle;
      // And the time to end after that.
      expect(pod().spec.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(
        preStop.sleep.seconds * 1000 + delayMs + graceMs + 5_000,
      );
    });

    test('runs the image of this version, and pulls it only where the node doesn’t have it', () => {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const { image, imagePullPolicy } = gateway();
      expect([image, imagePullPolicy]).toEqual([`kinde-graphql:${version}`, undefined]);
      const built = shellBlocks.filter((text) => text.includes('docker build'));
      expect(built).toHaveLength(2);
      for (const text of built) expect(text).toContain(`kinde-graphql:${version} .`);
    });

    test('verifies that tokens are for this gateway', () => {
      expect(configuration().jwt?.audience === undefined).toBe(name === 'emulator');
    });

    test('finds the secret where the gateway looks for it', () => {
      const { KINDE_CLIENT_SECRET_FILE: file } = environment();
      expect(file === undefined).toBe(name === 'emulator');
      if (file !== undefined) expect(mounted(file)).toBe('your-client-secret');
    });

    test('lets the overlay’s settings win, but for those that must match the ports', () => {
      const inPod = gateway().env.map(({ name: variable }: any) => variable);
      expect(inPod.filter((one: string) => !one.endsWith('_FILE'))).toEqual([
        ...['HOST', 'PORT', 'METRICS_PORT'],
      ]);
      const { cache, shutdown } = configuration();
      const isOwn = name === 'production with its own Redis';
      expect(shutdown.graceMs).toBe(isOwn ? 20_000 : 25_000);
      if (hasOwnRedis) {
        expect(cache.redisUrl).toBe(isOwn ? 'redis://redis.internal:6379' : REDIS_WITH_PASSWORD);
      }
    });

    test('lets the gateway out to the Redis that it uses', () => {
      const { hostname, port } = new URL(configuration().cache.redisUrl!);
      const rules = find('NetworkPolicy')['spec'].egress.filter(({ ports }: any) =>
        ports.some((one: any) => String(one.port) === port),
      );
      expect(rules).toEqual([
        hasOwnRedis
          ? { ports: [{ port: 6379 }] }
          : {
              ports: [{ port: 6379 }],
              to: [
                {
                  podSelector: {
                    matchLabels: expect.objectContaining({ 'app.kubernetes.io/name': hostname }),
                  },
                },
              ],
            },
      ]);
      const ofRedis = manifests.filter(({ metadata }) =>
        metadata.name.startsWith('kinde-graphql-redis'),
      );
      expect(ofRedis.map(({ kind }) => kind).sort()).toEqual(
        hasOwnRedis ? [] : ['Deployment', 'NetworkPolicy', 'Service'],
      );
    });

    test('refers to nothing that is missing', () => {
      const names = (kind: string) =>
        manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
      for (const { configMapRef } of gateway().envFrom) {
        expect(names('ConfigMap')).toContain(configMapRef.name);
      }
      expect(names('ServiceAccount')).toContain(pod().spec.serviceAccountName);
      const { scaleTargetRef } = find('HorizontalPodAutoscaler')['spec'];
      expect(names(scaleTargetRef.kind)).toContain(scaleTargetRef.name);
      const [namespace] = names('Namespace');
      for (const { kind, metadata } of manifests) {
        if (kind !== 'Namespace') expect([kind, metadata.namespace]).toEqual([kind, namespace]);
      }
      if (hasOwnRedis) return;
      const { host, port } = new URL(environment()['REDIS_URL']!);
      const redis = manifests.find(
        (one) => one.kind === 'Service' && host === `${one.metadata.name}:${port}`,
      )!;
      expect(redis['spec'].ports.map((one: any) => String(one.port))).toContain(port);
    });

    test('selects pods that there are, by ports that they have', () => {
      const pods = [pod(), ...redisPods()];
      const selected = (labels: Record<string, string>) => {
        const found = pods.filter(({ metadata }) =>
          Object.entries(labels).every(([key, value]) => metadata.labels[key] === value),
        );
        expect([labels, found.length]).toEqual([labels, 1]);
        return found[0].spec.containers[0].ports as { name: string; containerPort: number }[];
      };
      for (const { kind, spec } of manifests) {
        if (kind === 'Service') {
          const ports = selected(spec.selector).map((one) => one.name);
          for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
        }
        if (kind === 'Deployment' || kind === 'PodDisruptionBudget') {
          selected(spec.selector.matchLabels);
        }
        if (kind === 'NetworkPolicy') {
          const ports = selected(spec.podSelector.matchLabels).map((one) => one.name);
          for (const { port } of spec.ingress.flatMap((one: any) => one.ports)) {
            expect(ports).toContain(port);
          }
          for (const { to = [], ports: open } of spec.egress ?? []) {
            for (const { podSelector } of to) {
              const containers = selected(podSelector.matchLabels);
              expect(containers.map((one) => one.containerPort)).toEqual(
                expect.arrayContaining(open.map((one: any) => one.port)),
              );
            }
          }
        }
        if (kind === 'ServiceMonitor') {
          const service = find('Service');
          expect(service.metadata.labels).toMatchObject(spec.selector.matchLabels);
          const ports = service['spec'].ports.map((one: any) => one.name);
          for (const endpoint of spec.endpoints) expect(ports).toContain(endpoint.port);
        }
      }
    });

    test('probes paths that the gateway serves', () => {
      const health = readFileSync(join(root, 'src/http/health.ts'), 'utf8');
      const { startupProbe, readinessProbe, livenessProbe } = gateway();
      for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
        expect(health).toContain(`app.get('${httpGet.path}'`);
        expect(gateway().ports.map((one: any) => one.name)).toContain(httpGet.port);
      }
    });

    test('runs no container with more rights than it needs', () => {
      for (const { spec } of [pod(), ...redisPods()]) {
        expect(spec).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        });
        for (const { securityContext, resources } of spec.containers) {
          expect(securityContext).toEqual({
            ...{ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
            capabilities: { drop: ['ALL'] },
          });
          expect(resources.limits.memory).toBeDefined();
        }
      }
      const [, user] = /^USER (\d+):/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))!;
      expect(pod().spec.securityContext.runAsUser).toBe(Number(user));
    });
  });
});
