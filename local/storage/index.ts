export { BlobStore } from './blob-store.ts';
export { type DataFolder, type DataFolderOptions, openDataFolder } from './data-folder.ts';
