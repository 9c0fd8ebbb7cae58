import { dictionary } from '../i18n/dictionary';

export const pageNames = dictionary(
  {
    room: 'Salle',
    call: 'Appel',
    kiosks: 'Bornes',
    log: 'Main courante',
    relief: 'Relève',
    fleet: 'Équipages',
    roster: 'Tableau de service',
    silences: 'Silences',
    streets: 'Voirie',
    broadcasts: 'Diffusions',
    protected: 'Protections',
    system: 'Système',
  },
  {
    room: 'Room',
    call: 'Call',
    kiosks: 'Kiosks',
    log: 'Log',
    relief: 'Handover',
    fleet: 'Units',
    roster: 'Duty roster',
    silences: 'Silences',
    streets: 'Streets',
    broadcasts: 'Broadcasts',
    protected: 'Protected',
    system: 'System',
  },
);

export const words = dictionary(
  {
    pages: 'Pages de la salle',
    go: 'Aller à une page : g, puis sa lettre',
    stay: 'Rester ici',
    opening: 'Ouverture de la page…',
    notOpened: 'Cette page n’a pas pu être chargée. Rechargez la console quand la liaison est revenue.',
  },
  {
    pages: 'Pages of the room',
    go: 'Go to a page: g, then its letter',
    stay: 'Stay here',
    opening: 'Opening the page…',
    notOpened: 'This page could not be loaded. Reload the console once the line is back.',
  },
);
