import { dictionary } from '../i18n/dictionary';

const words = dictionary(
  {
    dismiss1: 'Vérifié sur place, rien à signaler',
    dismiss2: 'Vérifié par caméra, rien à signaler',
    dismiss3: 'Fausse manœuvre confirmée par le site',
    dismiss4: 'Déclenchement intempestif répété',
    override1: 'Plus proche selon la radio',
    override2: 'Connaît les lieux ou les personnes',
    override3: 'Moyens mieux adaptés',
    override4: 'Demande du chef de salle',
    down1: 'Plus nécessaire',
    down2: 'Équipage plus proche disponible',
    down3: 'Requis sur plus urgent',
    down4: 'Panne ou difficulté de l’équipage',
    replace3: 'Moyens mieux adaptés',
  },
  {
    dismiss1: 'Checked on the spot, nothing to report',
    dismiss2: 'Checked by camera, nothing to report',
    dismiss3: 'Wrong handling, confirmed by the site',
    dismiss4: 'Repeated nuisance alarm',
    override1: 'Closer by radio',
    override2: 'Knows the place or the people',
    override3: 'Better equipped',
    override4: 'Ordered by the shift lead',
    down1: 'No longer needed',
    down2: 'A closer unit is free',
    down3: 'Needed for something more urgent',
    down4: 'Breakdown or trouble of the unit',
    replace3: 'Better equipped',
  },
);

/** Reasons that are given often, one key each. They can be changed before they are sent. */
export const phrases = {
  dismiss: () => [words.dismiss1, words.dismiss2, words.dismiss3, words.dismiss4],
  override: () => [words.override1, words.override2, words.override3, words.override4],
  standDown: () => [words.down1, words.down2, words.down3, words.down4],
  replace: () => [words.down2, words.down4, words.replace3, words.down3],
};
