import { marker } from '@countersign/scope';

console.log(marker);
