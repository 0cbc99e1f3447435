export { type DataFolder, type DataFolderOptions, openDataFolder } from './data-folder.ts';
