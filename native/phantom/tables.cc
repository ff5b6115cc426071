// Maturation of the hand: every number of it, with its source.
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
// Growth of centres: read by eye from a few reference plates (one child per age), to about 1 % of the hand's
// length.
#include "phantom/tables.h"

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

}  // namespace

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

}  // namespace deeplasia::phantom
