import type {
  DeleteDashboardsCommandInput,
  GetDashboardCommandInput,
  GetDashboardCommandOutput,
  ListDashboardsCommandInput,
  ListDashboardsCommandOutput,
  PutDashboardCommandInput,
  PutDashboardCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { faultsOf } from '../dashboard-body.ts';
import { dashboardInvalid, dashboardNotFound, invalidParameterValue } from '../errors.ts';
import type { CloudWatchState } from '../state.ts';
import { tagRecord } from './alarms.ts';

type CloudWatch = Context<CloudWatchState>;
type Output<T> = Omit<T, '$metadata'>;

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
/**
 * Stores a dashboard.
 * Differs from AWS: members of widgets that AWS does not know are let through, where it warns of some of them.
 */
export function putDashboard(input: PutDashboardCommandInput, { kernel, state }: CloudWatch): Output<PutDashboardCommandOutput> {
  refuseAllBut(['DashboardName', 'DashboardBody', 'Tags'], input, { operation: 'PutDashboard', page: 'cloudwatch' });
  const { DashboardName: name = '', DashboardBody: body = '' } = input;
  if (!NAME.test(name)) {
    throw invalidParameterValue(
      'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n',
    );
  }
  const faults = faultsOf(body);
  if (faults.length > 0) throw dashboardInvalid(faults);
  const arn = `arn:${kernel.partition}:cloudwatch::${kernel.accountId}:dashboard/${name}`;
  const tags = state.dashboards.get(name)?.tags ?? tagRecord(input.Tags);
  state.dashboards.put(name, { name, arn, body, modifiedMs: kernel.nowMs(), tags });
  return { DashboardValidationMessages: [] };
}

export function getDashboard(input: GetDashboardCommandInput, { state }: CloudWatch): Output<GetDashboardCommandOutput> {
  const { DashboardName: name = '' } = input;
  const found = state.dashboards.get(name);
  if (!found) throw dashboardNotFound(name);
  return { DashboardArn: found.arn, DashboardBody: found.body, DashboardName: name };
}

export function listDashboards(input: ListDashboardsCommandInput, { state }: CloudWatch): Output<ListDashboardsCommandOutput> {
  refuseAllBut(['DashboardNamePrefix'], input, { operation: 'ListDashboards', page: 'cloudwatch' });
  const found = [...state.dashboards.values()].filter(({ name }) => name.startsWith(input.DashboardNamePrefix ?? ''));
  return {
    DashboardEntries: found
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, arn, body, modifiedMs }) => ({
        DashboardName: name,
        DashboardArn: arn,
        LastModified: new Date(modifiedMs),
        Size: Buffer.byteLength(body),
      })),
  };
}

export function deleteDashboards(input: DeleteDashboardsCommandInput, { state }: CloudWatch): Record<string, never> {
  const names = input.DashboardNames ?? [];
  const absent = names.find((name) => !state.dashboards.has(name));
  if (absent !== undefined) throw dashboardNotFound(absent);
  for (const name of names) state.dashboards.delete(name);
  return {};
}
