/** What `cdk bootstrap` names its things by. @see https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html */
const QUALIFIER = 'hnb659fds';

/** The version that `cdk deploy` finds: that of its own template, at the pinned release. */
const VERSION = '30';

/** The stack's name, where `cdk bootstrap` says nothing else. */
export const BOOTSTRAP_STACK = 'CDKToolkit';

/** Roles that `cdk deploy` assumes. It is the operator who assumes them, and the operator may do everything. */
const ROLES = ['cfn-exec', 'deploy', 'file-publishing', 'image-publishing', 'lookup'];

const named = (what: string): object => ({ 'Fn::Sub': `cdk-${QUALIFIER}-${what}-\${AWS::AccountId}-\${AWS::Region}` });

function role(what: string): object {
  const principal = what === 'cfn-exec' ? { Service: 'cloudformation.amazonaws.com' } : { AWS: { Ref: 'AWS::AccountId' } };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: named(`${what}-role`),
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }] },
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    },
  };
}

/**
 * What `cdk deploy` finds in an account that was bootstrapped: a bucket for assets, roles, and the version in Parameter Store.
 * Differs from AWS: the account comes bootstrapped; there is no repository for images, and the roles may do everything.
 */
export function bootstrapTemplate(): string {
  const roles = ROLES.map((what) => [`${what.replaceAll('-', '')}role`, role(what)] as const);
  return JSON.stringify({
    Description: 'What the CDK deploys with. The embedded AWS made it by itself.',
    Resources: {
      StagingBucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: named('assets') } },
      ...Object.fromEntries(roles),
      CdkBootstrapVersion: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Name: `/cdk-bootstrap/${QUALIFIER}/version`, Value: VERSION } },
    },
    Outputs: {
      BucketName: { Value: { Ref: 'StagingBucket' } },
      BucketDomainName: { Value: { 'Fn::GetAtt': ['StagingBucket', 'RegionalDomainName'] } },
      BootstrapVersion: { Value: VERSION },
    },
  });
}
