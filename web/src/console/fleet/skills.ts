import { dictionary } from '../../i18n/dictionary';

/** Capabilities as city packs write them; a pack may know more. */
const known = dictionary(
  {
    alarm_systems: 'alarmes',
    bicycle: 'vélo',
    car: 'voiture',
    cleaning: 'propreté',
    dog: 'chien',
    electrical: 'électricité',
    first_aid: 'secourisme',
    lighting: 'éclairage',
    plumbing: 'plomberie',
  },
  {
    alarm_systems: 'alarm systems',
    bicycle: 'bicycle',
    car: 'car',
    cleaning: 'cleaning',
    dog: 'dog',
    electrical: 'electrical',
    first_aid: 'first aid',
    lighting: 'lighting',
    plumbing: 'plumbing',
  },
);

export function skill(word: string): string {
  return (known as Record<string, string | undefined>)[word] ?? word.replaceAll('_', ' ');
}
