/** Given names and family names of the same origin. */
export const PEOPLE: readonly (readonly [given: string, family: string])[] = [
  ['Amara Chidi Ifeoma Emeka Ngozi Tunde Adaeze Obinna', 'Okafor Eze Nwosu Adeyemi Balogun Okoro'],
  [
    'Sofía Mateo Lucía Diego Valentina Andrés Camila Joaquín',
    'García Muñoz Rojas Herrera Peña Vega',
  ],
  ['Yuki Haruto Aoi Ren Sakura Kenji Mei Daichi', 'Tanaka Sato Kobayashi Nakamura Ito Mori'],
  ['Priya Arjun Ananya Rohan Kavya Vikram Diya Nikhil', 'Sharma Patel Iyer Nair Banerjee Reddy'],
  [
    'Astrid Lars Freja Søren Ingrid Mikkel Åsa Johan',
    'Nilsson Hansen Lindqvist Sørensen Berg Dahl',
  ],
  ['Fatima Omar Layla Yusuf Noor Karim Salma Tariq', 'Haddad Mansour Khalil Nasser Aziz Farouk'],
  [
    'Zofia Jakub Hanna Piotr Magdalena Tomasz Kasia Michał',
    'Kowalska Nowak Zieliński Wójcik Mazur',
  ],
  ['Chloé Antoine Manon Julien Élise Mathieu Camille Hugo', 'Dubois Lefèvre Moreau Girard Roux'],
  ['Mei Wei Xiu Jun Lan Hao Ying Feng', 'Zhang Liu Chen Huang Zhao Lin Wu'],
  ['Grace Oliver Isla Callum Freya Ewan Niamh Rhys', 'Campbell Hughes Murphy Fraser Bennett Walsh'],
  ['Leilani Kai Moana Tane Aroha Wiremu Sione Mele', 'Kahale Tamahori Ngata Fonoti Kealoha'],
  ['Minh Linh Huy Thảo Quang Trang Phúc Mai', 'Nguyễn Trần Phạm Hoàng Đặng Bùi'],
  ['Elif Mehmet Zeynep Emre Defne Burak Aylin Kerem', 'Yılmaz Demir Kaya Şahin Çelik Aydın'],
  ['Beatriz Thiago Larissa Rafael Inês João Marina Caio', 'Silva Ferreira Almeida Ribeiro Araújo'],
  ['Noa Eitan Tamar Ari Shira Yonatan Maya Lior', 'Cohen Levi Mizrahi Peretz Friedman'],
  ['Olena Taras Iryna Andriy Daryna Bohdan Yulia Maksym', 'Shevchenko Bondar Kovalenko Melnyk'],
].flatMap(([given, family]) =>
  given!.split(' ').flatMap((first) => family!.split(' ').map((last) => [first, last] as const)),
);

/** The organizations of the default size; the first is the environment's own. */
export const COMPANIES = [
  'Kestrel Software',
  'Acacia Health',
  'Alder & Finch Architects',
  'Anchor Bay Logistics',
  'Aurora Robotics',
  'Baobab Learning',
  'Bluebell Bakeries',
  'Brightwater Energy',
  'Cedar Lane Dental',
  'Cobalt Analytics',
  'Copperfield Insurance',
  'Driftwood Hotels',
  'Eastgate Legal',
  'Ember & Oak Kitchens',
  'Fjord Shipping',
  'Foxglove Pharmacy',
  'Granite Peak Outdoors',
  'Harbourside Credit Union',
  'Indigo Textiles',
  'Juniper Travel',
  'Kowhai Conservation Trust',
  'Lighthouse Accounting',
  'Maple Street Schools',
  'Meridian Freight',
  'Nightingale Care',
  'Northwind Instruments',
  'Olive Grove Foods',
  'Papaya Games',
  'Quarry Hill Construction',
  'Redwood Veterinary',
  'Saffron Catering',
  'Silverline Transit',
  'Tidewater Aquaculture',
  'Umbra Photography',
  'Willow Creek Farms',
  'Zephyr Bicycles',
] as const;

/** The words of further organizations' names. None sorts before the first name above. */
export const PLACES = `Birchwood Canyon Delta Elmhurst Fairview Glenmore Hazelwood Ironbridge Jasper
  Kingfisher Larkspur Marigold Norfolk Oakdale Pinecrest Riverside Stonebridge Thornbury Upland
  Valley Westbrook Yarrow`.split(/\s+/);
export const TRADES = `Advisory Apparel Books Brewing Ceramics Design Electric Fabrication Gardens
  Hardware Imaging Journals Kitchens Labs Media Nurseries Optics Partners Recycling Solar Studios
  Telecom Ventures Works`.split(/\s+/);

/** Letters that have no accent to drop. */
const LETTERS: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i', ß: 'ss', æ: 'ae' };

/** A text in the letters of an e-mail address or a handle; what is left between them is `joint`. */
export const ascii = (text: string, joint: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[øłđıßæ]/g, (letter) => LETTERS[letter]!)
    .replace(/[^a-z\d]+/g, joint);
