import { invalidParameter, layerAccessDenied, layerVersionNotFound } from './errors.ts';
import type { FunctionContent, LayerUse, LayerVersionRecord } from './records.ts';
import type { Lambda, Plane } from './state.ts';

/** Layers that one function may have. @see https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html */
const LAYERS_MAX = 5;

const LAYER = /^(?:(arn:[^:]*:lambda:[^:]*:(\d{12}):layer:))?([A-Za-z0-9_-]+)(?::(\d+))?$/;

/** A layer version's key in its collection; its policy has the same with `layer:` before it. */
export const layerKey = (name: string, version: number): string => `${name}:${version}`;
export const layerPolicyKey = (name: string, version: number): string => `layer:${name}:${version}`;

/** The name in a layer's name or ARN. */
export const layerNameOf = (text: string | undefined): string => LAYER.exec(text ?? '')?.[3] ?? text ?? '';

export const layerArn = ({ kernel }: Pick<Plane, 'kernel'>, name: string): string => kernel.arn('lambda', `layer:${name}`);

/** The layer version with that name and number, or the fault that there is none. */
export function layerVersionNamed(plane: Plane, name: string | undefined, version: number | undefined): LayerVersionRecord {
  const layerName = layerNameOf(name);
  const found = plane.state.layerVersions.get(layerKey(layerName, version ?? 0));
  if (!found) throw layerVersionNotFound(`${layerArn(plane, layerName)}:${version}`);
  return found;
}

/** What a function holds of the layers that it names. */
export function layersOf(plane: Plane, arns: readonly string[]): LayerUse[] {
  if (arns.length > LAYERS_MAX) throw invalidParameter(`Cannot reference more than ${LAYERS_MAX} layers.`);
  const seen = new Set<string>();
  return arns.map((arn) => {
    const [, , accountId, name = '', version] = LAYER.exec(arn) ?? [];
    if (accountId !== undefined && accountId !== plane.kernel.accountId) throw layerAccessDenied(arn);
    if (seen.has(name))
      throw invalidParameter(`Two different versions of the same layer are not allowed to be referenced in the same function. ${arn} and another.`);
    seen.add(name);
    const found = plane.state.layerVersions.get(layerKey(name, Number(version)));
    if (!found) throw invalidParameter(`Layer version ${arn} does not exist.`);
    return { arn: found.arn, directory: found.directory, sizeBytes: found.sizeBytes };
  });
}

/** Stores content under the layer's next number. */
export function putLayerVersion(
  plane: Plane,
  draft: FunctionContent & Pick<LayerVersionRecord, 'layerName' | 'description' | 'compatibleRuntimes' | 'compatibleArchitectures' | 'licenseInfo'>,
): LayerVersionRecord {
  const { kernel, state } = plane;
  const version = (state.layerCounts.get(draft.layerName) ?? 0) + 1;
  const record = { ...draft, version, arn: `${layerArn(plane, draft.layerName)}:${version}`, createdMs: kernel.nowMs() };
  state.layerCounts.put(draft.layerName, version);
  state.layerVersions.put(layerKey(draft.layerName, version), record);
  return record;
}

/** Removes a version; functions that have it keep it. */
export function removeLayerVersion({ state }: Plane, { layerName, version }: Pick<LayerVersionRecord, 'layerName' | 'version'>): void {
  state.layerVersions.delete(layerKey(layerName, version));
  state.policies.delete(layerPolicyKey(layerName, version));
}

/** The versions of a layer that are still there, latest first. */
export function layerVersionsOf({ state }: Lambda, name: string): LayerVersionRecord[] {
  const versions: LayerVersionRecord[] = [];
  for (let number = state.layerCounts.get(name) ?? 0; number >= 1; number -= 1) {
    const found = state.layerVersions.get(layerKey(name, number));
    if (found) versions.push(found);
  }
  return versions;
}
