export { assetHash } from './assets.ts';
export { AssemblyNotEmulated, type Unsupported } from './check.ts';
export { type ChangedAsset, type DeployedResource, Deployment } from './deployment.ts';
export { type Assembly, type AssemblyStack, type FileAsset, loadAssembly } from './load.ts';
export { DeploymentFailed, type DeploymentReport, type ResourceChange } from './report.ts';
export type { StackDeployer } from './stacks/deployer.ts';
