import { AttributeType, Billing, ProjectionType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** What differs from table to table. */
export interface ServiceTableProps {
  /** Whether changes are streamed. @default true: an outbox reads the stream */
  readonly hasStream?: boolean;
  /** What the index has of an item: all of it, or its keys, so that a change of anything else is not written twice. @default `whole` */
  readonly indexed?: 'whole' | 'keys';
  /** What becomes of the table when the stack goes. @default RETAIN: it holds the business's state; DESTROY with the context `disposable`, for a trial */
  readonly removalPolicy?: RemovalPolicy;
}

/** The table of one service: keys `pk` and `sk`, time-to-live `expiresAt` in seconds, index `byOwner` for the access pattern "all of one owner's". */
export class ServiceTable extends Construct {
  readonly tableName: string;
  readonly tableArn: string;
  /** ARN of the index `byOwner`. */
  readonly byOwnerArn: string;
  readonly #streamArn: string | undefined;

  constructor(scope: Construct, id: string, { hasStream = true, indexed = 'whole', removalPolicy = defaultPolicy(scope) }: ServiceTableProps = {}) {
    super(scope, id);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    const table = new TableV2(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      globalSecondaryIndexes: [
        {
          indexName: 'byOwner',
          partitionKey: text('ownerKey'),
          sortKey: text('ownerSort'),
          projectionType: indexed === 'keys' ? ProjectionType.KEYS_ONLY : ProjectionType.ALL,
        },
      ],
      removalPolicy,
      ...(hasStream && { dynamoStream: StreamViewType.NEW_IMAGE }),
    });
    this.tableName = table.tableName;
    this.tableArn = table.tableArn;
    this.#streamArn = hasStream ? table.tableStreamArn : undefined;
    this.byOwnerArn = `${this.tableArn}/index/byOwner`;
  }

  /** ARN of the stream of changes. @throws where the table has none */
  get streamArn(): string {
    if (this.#streamArn === undefined) throw new Error(`${this.node.path} has no stream (hasStream: false), so that an outbox cannot read it`);
    return this.#streamArn;
  }
}

const defaultPolicy = (scope: Construct): RemovalPolicy => (scope.node.tryGetContext('disposable') === 'true' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
