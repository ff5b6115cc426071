// Maturation and proportions of the hand: every number that is anatomy rather than rendering, with its
// source.
//
// Onsets: Garn, Rohmann and Silverman, "Radiographic standards for postnatal ossification and tooth
// calcification", Medical Radiography and Photography 43 (1967): median and 5th to 95th percentile.
// Pisiform: Greulich and Pyle.
//
// Closing: Greulich and Pyle, "Radiographic Atlas of Skeletal Development of the Hand and Wrist", 2nd
// edition (1959), and Gilsanz and Ratib, "Hand Bone Age" (2005), rounded to months.
//
// Ages of boys equivalent to those of girls: stages of the same two atlases.
//
// Hand length: Snyder et al., "Anthropometry of Infants, Children and Youths to Age 18" (1977), rounded.
//
// Lengths, widths, directions, growth of centres: read by eye from a few reference plates (one child per
// age), to about 1 % of the hand's length; lengths of grown bones agree with Garn et al.,
// "Metacarpophalangeal length in the evaluation of skeletal malformation", Radiology 105 (1972).
//
// Carpal outlines: drawn by hand after textbook anatomy.
#include "phantom/tables.h"

#include <algorithm>

namespace deeplasia::phantom {
namespace {

using OnsetTable = std::array<Onset, kCentres>;

constexpr std::array<OnsetTable, 2> kOnsets{{
    // girls
    {{{2, 0, 7},       {2, 0, 7},    {20, 3, 45},  {31, 13, 68},    // capitate, hamate, triquetral, lunate
      {49, 28, 72},    {49, 23, 76}, {50, 29, 72}, {100, 80, 120},  // scaphoid to pisiform
      {129, 104, 152}, {10, 5, 20},  {64, 39, 92},                  // sesamoid, radius, ulna
      {19, 11, 32},    {13, 8, 20},  {14, 8, 23},  {15, 9, 26},    {16, 10, 28},    // metacarpals 1 to 5
      {21, 11, 34},    {11, 5, 20},  {10, 5, 19},  {11, 5, 20},    {14, 8, 25},     // proximal phalanges
      {0, 0, 0},       {16, 8, 30},  {15, 8, 28},  {15, 8, 29},    {24, 11, 42},    // middle
      {12, 5, 21},     {30, 13, 39}, {18, 9, 32},  {18, 9, 34},    {24, 12, 41}}},  // distal
    // boys
    {{{3, 0, 7},       {4, 0, 10},    {29, 6, 66},   {49, 18, 81},     // capitate, hamate, triquetral, lunate
      {68, 43, 94},    {71, 43, 108}, {75, 37, 102}, {126, 103, 149},  // scaphoid to pisiform
      {153, 132, 175}, {13, 6, 28},   {85, 63, 109},                   // sesamoid, radius, ulna
      {31, 17, 52},    {19, 11, 34},  {21, 11, 36},  {24, 13, 43},    {26, 15, 46},    // metacarpals 1 to 5
      {36, 22, 55},    {17, 9, 26},   {16, 9, 26},   {18, 10, 29},    {22, 12, 34},    // proximal phalanges
      {0, 0, 0},       {26, 16, 40},  {24, 12, 40},  {25, 12, 39},    {41, 23, 70},    // middle
      {18, 9, 32},     {38, 22, 60},  {29, 16, 45},  {29, 16, 45},    {39, 25, 60}}},  // distal
}};

struct ClosingTable {
  Closing distal, thumb_metacarpal, proximal, middle, metacarpal, ulna, radius;
};
constexpr std::array<ClosingTable, 2> kClosings{{
    {{156, 167}, {158, 172}, {162, 176}, {163, 178}, {164, 182}, {174, 198}, {180, 206}},
    {{180, 191}, {181, 193}, {184, 197}, {186, 199}, {186, 202}, {195, 216}, {198, 224}},
}};

constexpr Knot kBoyOfGirl[] = {{0, 0},     {8, 10},    {24, 33},   {48, 62},   {84, 102}, {120, 143},
                               {156, 178}, {180, 198}, {192, 206}, {204, 211}, {240, 240}};
constexpr Knot kHandFemale[] = {{0, 75},   {12, 90},   {24, 100},  {36, 112},
                                {72, 130}, {120, 152}, {156, 171}, {204, 175}};
constexpr Knot kHandMale[] = {{0, 75},   {12, 90},   {24, 100},  {36, 112},
                              {72, 130}, {120, 152}, {156, 172}, {204, 192}};

constexpr Knot kCarpal[] = {{0, .13},   {.03, .27}, {.10, .42}, {.20, .57}, {.30, .67},
                            {.50, .83}, {.75, .91}, {1, .95},   {1.35, 1}};
constexpr Knot kCortex[] = {{8, .20}, {48, .25}, {144, .31}, {216, .42}};

constexpr Knot kPhalanxWidth[] = {{0, .20},   {.015, .42}, {.05, .60}, {.09, .69}, {.2, .77},
                                  {.35, .85}, {.47, .91},  {.64, 1},   {.8, 1.06}, {1, 1.1}};
constexpr Knot kPhalanxHeight[] = {{0, .006},    {.03, .0105}, {.10, .0145},
                                   {.25, .0185}, {.6, .021},   {1, .0215}};
constexpr Knot kPhalanxGap[] = {{0, .0075}, {.5, .0034}, {1, .0022}};
constexpr Knot kHeadWidth[] = {{0, .18},  {.03, .42}, {.08, .64}, {.15, .77},
                               {.3, .90}, {.45, .96}, {.7, 1},    {1, 1.05}};
constexpr Knot kHeadHeight[] = {{0, .010},  {.03, .026}, {.08, .040}, {.15, .049},
                                {.3, .060}, {.5, .066},  {.7, .071},  {1, .074}};
constexpr Knot kHeadGap[] = {{0, .008}, {.2, .0035}, {.5, .002}, {1, .0015}};
constexpr Knot kRadiusWidth[] = {{0, .12},  {.03, .30}, {.08, .50}, {.14, .68}, {.2, .82},
                                 {.3, .92}, {.45, 1},   {.7, 1.04}, {1, 1.06}};
constexpr Knot kRadiusHeight[] = {{0, .014},  {.03, .020}, {.1, .034}, {.2, .043},
                                  {.4, .051}, {.7, .058},  {1, .061}};
constexpr Knot kRadiusGap[] = {{0, .026}, {.3, .012}, {.6, .006}, {1, .003}};
constexpr Knot kUlnaWidth[] = {{0, .22}, {.06, .5}, {.2, .82}, {.4, .96}, {.7, 1}, {1, 1.02}};
constexpr Knot kUlnaHeight[] = {{0, .012}, {.2, .024}, {.5, .036}, {1, .05}};
constexpr Knot kUlnaGap[] = {{0, .014}, {.5, .007}, {1, .003}};

constexpr WidthTable kMetacarpalWidths[] = {
    {{.081, .077, .087, .074, .089}, {.070, .061, .060, .058, .055}, {.077, .075, .074, .082, .079}},
    {{.081, .089, .104, .093, .103}, {.060, .058, .052, .049, .050}, {.085, .084, .078, .078, .079}},
    {{.068, .080, .080, .078, .083}, {.060, .059, .056, .045, .051}, {.089, .089, .080, .078, .089}},
    {{.064, .075, .066, .062, .063}, {.055, .045, .045, .037, .040}, {.081, .080, .070, .066, .075}},
    {{.068, .077, .076, .078, .087}, {.055, .048, .052, .045, .050}, {.070, .071, .070, .066, .075}}};
constexpr WidthTable kProximalWidths[] = {
    {{.081, .080, .080, .078, .083}, {.064, .056, .056, .049, .048}, {.047, .050, .058, .062, .065}},
    {{.100, .100, .096, .086, .094}, {.074, .063, .061, .052, .057}, {.057, .059, .060, .063, .070}},
    {{.096, .089, .089, .078, .085}, {.072, .058, .058, .049, .052}, {.055, .053, .056, .058, .065}},
    {{.074, .077, .076, .068, .078}, {.055, .040, .043, .037, .043}, {.038, .039, .041, .045, .051}}};
constexpr WidthTable kMiddleWidths[] = {
    {{.080, .081, .078, .070, .075}, {.059, .049, .054, .044, .047}, {.047, .045, .054, .052, .056}},
    {{.055, .061, .056, .051, .055}, {.043, .035, .041, .031, .038}, {.034, .036, .041, .037, .044}}};
constexpr WidthTable kDistalWidths[] = {
    {{.060, .061, .066, .058, .059}, {.043, .032, .041, .031, .032}, {.032, .032, .035, .035, .036}},
    {{.051, .047, .050, .048, .060}, {.033, .026, .027, .025, .027}, {.029, .029, .032, .030, .035}},
    {{.040, .036, .041, .037, .050}, {.028, .021, .021, .019, .022}, {.026, .023, .023, .023, .028}}};

// Share of width and height from the centre, x to the thumb, y to the forearm.
constexpr Point kCapitateOutline[] = {{-.42, -.46}, {0, -.5},    {.45, -.44},  {.5, -.2},
                                      {.41, 0},     {.38, .22},  {.26, .42},   {0, .5},
                                      {-.26, .43},  {-.42, .22}, {-.46, -.05}, {-.48, -.28}};
constexpr Point kHamateOutline[] = {{-.5, -.36}, {-.1, -.5},   {.38, -.48}, {.5, -.25},
                                    {.5, .1},    {.46, .40},   {.30, .5},   {.10, .32},
                                    {-.15, .12}, {-.42, -.08}, {-.5, -.22}};
constexpr Point kTriquetralOutline[] = {{-.3, -.48}, {.1, -.46}, {.42, -.2},  {.5, .12},   {.35, .45},
                                        {.05, .5},   {-.3, .30}, {-.5, -.05}, {-.48, -.33}};
constexpr Point kLunateOutline[] = {{-.5, -.1}, {-.36, -.45}, {-.1, -.38}, {.15, -.32}, {.4, -.45},
                                    {.5, -.15}, {.42, .2},    {.15, .47},  {-.15, .5},  {-.4, .25}};
constexpr Point kScaphoidOutline[] = {{.22, -.5},   {.44, -.42}, {.5, -.18},  {.38, .1},
                                      {.15, .32},   {-.15, .5},  {-.42, .45}, {-.5, .2},
                                      {-.36, -.02}, {-.1, -.1},  {.05, -.25}, {.12, -.42}};
constexpr Point kTrapeziumOutline[] = {{-.35, -.4}, {.05, -.38}, {.38, -.5}, {.5, -.15}, {.42, .2},
                                       {.1, .5},    {-.25, .48}, {-.5, .15}, {-.48, -.2}};
constexpr Point kTrapezoidOutline[] = {{-.45, -.4}, {0, -.5},  {.45, -.35}, {.5, .1},
                                       {.3, .45},   {-.1, .5}, {-.42, .3},  {-.5, -.05}};
constexpr Point kPisiformOutline[] = {{0, -.5}, {.3, -.4},   {.5, 0},  {.38, .36},
                                      {0, .5},  {-.36, .38}, {-.5, 0}, {-.32, -.38}};

}  // namespace

const std::array<RayTable, kRays> kRayTables{{
    {{{{.173, .215, .238, .235, .240},
       {.085, .058, .041, .057, .048},
       {.129, .150, .159, .148, .157},
       {.080, .065, .050, .047, .028},
       {.089, .103, .102, .110, .131},
       {},
       {}}},
     {.236, .260, .245, .195, .216},
     {-.066, -.096, -.027, .006, -.010},
     32,
     -2,
     1.12},
    {{{{.273, .324, .338, .346, .368},
       {.120, .108, .125, .113, .113},
       {.196, .208, .216, .218, .216},
       {.056, .043, .033, .021, .028},
       {.116, .118, .116, .122, .112},
       {.051, .044, .033, .027, .028},
       {.078, .081, .076, .080, .079}}},
     {.11, .11, .11, .11, .11},
     {0, 0, 0, 0, 0},
     9,
     1,
     1.0},
    {{{{.284, .311, .330, .331, .360},
       {.126, .113, .121, .118, .103},
       {.235, .250, .250, .257, .267},
       {.056, .039, .030, .031, .022},
       {.145, .150, .151, .144, .143},
       {.063, .035, .039, .037, .025},
       {.094, .088, .082, .083, .082}}},
     {0, 0, 0, 0, 0},
     {0, 0, 0, 0, 0},
     0,
     0,
     1.03},
    {{{{.240, .266, .275, .281, .299},
       {.124, .119, .119, .122, .102},
       {.219, .235, .237, .228, .237},
       {.054, .032, .031, .027, .024},
       {.145, .146, .146, .140, .142},
       {.054, .036, .033, .031, .028},
       {.096, .088, .081, .091, .088}}},
     {-.100, -.096, -.090, -.080, -.073},
     {0, 0, 0, 0, 0},
     -6,
     1,
     .97},
    {{{{.231, .242, .242, .234, .264},
       {.125, .119, .109, .094, .095},
       {.165, .175, .169, .171, .189},
       {.041, .032, .026, .025, .023},
       {.092, .102, .104, .088, .112},
       {.054, .040, .036, .029, .022},
       {.077, .077, .070, .074, .090}}},
     {-.163, -.180, -.165, -.140, -.127},
     {-.030, -.030, -.018, -.008, -.017},
     -18,
     -1,
     .84},
}};

const ForearmTable kForearm{{.20, .20, .175, .171, .194},
                            {.034, .020, .020, .040, .036},
                            {.10, .11, .086, .082, .091},
                            {-.17, -.17, -.148, -.127, -.115},
                            {.36, .32, .297, .288, .25}};

const SoftTable kSoft{{.148, .128, .123, .114, .102}, {.11, .115, .094, .06, .055},
                      {.115, .14, .125, .10, .10},    {.12, .12, .105, .08, .065},
                      {.25, .255, .234, .20, .185},   {.265, .28, .25, .20, .19}};

const std::array<CarpalTable, kCarpals> kCarpalTables{{
    {0, .335, .33, .56, kCapitateOutline},
    {-.30, .25, .38, .45, kHamateOutline},
    {-.43, .49, .33, .39, kTriquetralOutline},
    {-.12, .675, .41, .28, kLunateOutline},
    {.245, .525, .40, .44, kScaphoidOutline},
    {.52, .22, .33, .35, kTrapeziumOutline},
    {.29, .17, .25, .32, kTrapezoidOutline},
    {-.46, .40, .21, .24, kPisiformOutline},
}};

const Curve kCarpalGrowth = kCarpal;
const Curve kCortexByMonths = kCortex;

Onset onset(Sex sex, size_t centre) { return kOnsets[static_cast<size_t>(sex)][centre]; }

Closing closing(Sex sex, size_t centre) {
  const ClosingTable& table = kClosings[static_cast<size_t>(sex)];
  if (centre == kRadius) return table.radius;
  if (centre == kUlna) return table.ulna;
  const size_t segment = (centre - kTubular) / kRays;
  if (segment == kMetacarpal)
    return centre == epiphysis(kMetacarpal, 0) ? table.thumb_metacarpal : table.metacarpal;
  return segment == kProximal ? table.proximal : segment == kMiddle ? table.middle : table.distal;
}

double carpal_maturity(Sex sex) { return sex == Sex::male ? 165 : 136; }

double boy_equivalent(Sex sex, double months) { return sex == Sex::male ? months : read(kBoyOfGirl, months); }

double hand_length_mm(Sex sex, double months) {
  return sex == Sex::male ? read(kHandMale, months) : read(kHandFemale, months);
}

EpiphysisGrowth epiphysis_growth(size_t centre) {
  if (centre == kRadius) return {kRadiusWidth, kRadiusHeight, kRadiusGap, .18, 0};
  if (centre == kUlna) return {kUlnaWidth, kUlnaHeight, kUlnaGap, .09, 0};
  const bool is_head = centre > epiphysis(kMetacarpal, 0) && centre < epiphysis(kProximal, 0);
  if (is_head) return {kHeadWidth, kHeadHeight, kHeadGap, .082, .5};
  return {kPhalanxWidth, kPhalanxHeight, kPhalanxGap, .085, .6};
}

double at_age(const ByAge& values, double boy_months) {
  const auto& ages = kMeasuredMonths;
  if (boy_months <= ages.front()) return values.front();
  for (size_t i = 1; i < ages.size(); ++i)
    if (boy_months < ages[i])
      return mix(values[i - 1], values[i], (boy_months - ages[i - 1]) / (ages[i] - ages[i - 1]));
  return values.back();
}

const WidthTable& widths(size_t segment, size_t ray) {
  switch (segment) {
    case kMetacarpal:
      return kMetacarpalWidths[ray];
    case kProximal:
      return kProximalWidths[ray < 2 ? ray : ray - 1];
    case kMiddle:
      return kMiddleWidths[ray == 4];
    default:
      return kDistalWidths[ray == 0 ? 0 : ray == 4 ? 2 : 1];
  }
}

}  // namespace deeplasia::phantom
