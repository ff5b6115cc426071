#include "phantom/bone_forms.h"

#include <algorithm>

#include "phantom/math.h"

namespace deeplasia::phantom {

ShaftForm shaft_form(size_t segment, size_t ray, const Shaft& shaft, double boy_months, double fusion,
                     Random& random) {
  const double grown = smooth_step(8, 90, boy_months);
  const double adult = smooth_step(130, 200, boy_months);
  ShaftForm form{};
  form.length = shaft.length;
  form.base = shaft.base;
  form.waist = shaft.waist;
  form.head = shaft.head;
  form.waist_at = random.uniform(0.5, 0.62);
  form.bow = shaft.length * random.normal(0, 0.008);
  form.base_cap = {0.10, 4};
  form.base_flare = mix(1.7, 2.6, grown);
  // Shaped like a bullet in infants, square with two condyles in adults.
  form.head_cap = {mix(0.6, 0.30, grown), mix(2, 2.6, grown)};
  form.notch = 0.006 * adult * random.uniform(0.3, 1.2);
  if (is_knuckle(segment, ray)) {
    form.is_club = true;
    form.base_cap = {mix(0.45, mix(0.30, 0.18, adult), grown), mix(2.2, mix(2.3, 2.7, adult), grown)};
    form.head_cap = {mix(0.34, 0.06, grown), mix(2, 3.2, grown)};
    form.waist_at = random.uniform(0.5, 0.6);
    form.notch = 0;
    form.head *= 1 + 0.05 * fusion;
    return form;
  }
  form.base *= 1 + 0.10 * fusion;
  if (segment == kMetacarpal) form.head_cap = {0.45, 2.3};
  if (segment == kDistal) {
    form.head_cap = {0.36, 2.4};
    form.waist_at = random.uniform(0.52, 0.62);
    form.notch = 0;
  }
  return form;
}

EpiphysisForm epiphysis_form(size_t centre, double growth, double metaphysis, double scale, double room,
                             Random& random) {
  const EpiphysisGrowth table = epiphysis_growth(centre);
  const double stout = metaphysis / table.common_width;
  EpiphysisForm form{};
  form.width = metaphysis * read(table.width, growth) * random.normal(1, 0.04);
  form.height = read(table.height, growth) * scale * pow(stout, table.width_power) * random.normal(1, 0.06);
  form.height = std::min({form.height, std::max(0.005, room), 0.95 * form.width});
  if (centre == kRadius) {
    form.belly = 0.34;
    form.plate_power = 3.2;
    form.joint_power = mix(2.2, 3.0, growth);
    form.wedge = 0.5 * smooth_step(0.02, 0.25, growth) * random.normal(1, 0.15);
    form.dip = 0.006 * smooth_step(0.4, 1, growth);
  } else if (centre == kUlna) {
    form.belly = 0.42;
    form.plate_power = form.joint_power = 2.8;
    form.spike = form.height * smooth_step(0.12, 0.5, growth) * random.uniform(0.5, 1.1);
  } else if (is_metacarpal_head(centre)) {
    const double shaped = smooth_step(0.05, 0.35, growth);
    form.belly = mix(0.5, 0.4, shaped);
    form.plate_power = mix(2.1, 3.6, shaped);
    form.joint_power = mix(2, 2.6, shaped) - 0.4 * smooth_step(0.6, 1, growth);
  } else {
    const double flat = smooth_step(0, 0.7, growth);
    form.belly = 0.5;
    form.plate_power = mix(2.2, 4, flat);
    form.joint_power = mix(2.2, 3, flat);
    form.curl = 0.010 * smooth_step(0.6, 1, growth) * stout * random.uniform(0.3, 1);
    form.dip = 0.0035 * smooth_step(0.45, 1, growth) * random.uniform(0.3, 1.2);
    if (centre == epiphysis(kMetacarpal, 0)) form.height *= 1.15;
  }
  return form;
}

std::vector<Point> carpal_points(const CarpalTable& table, double share, Random& random) {
  // A carpal is a round pebble until it has 40 % of its adult diameter; from then on it takes its adult
  // shape.
  const double shaped = pow(std::clamp((share - 0.40) / 0.55, 0.0, 1.0), 1.2);
  const double radius = 0.5 * share * std::sqrt(table.width * table.height);
  const double turn = random.normal(0, 0.06);
  std::vector<Point> points;
  for (const Point p : table.outline) {
    const Point adult{p.x * table.width, p.y * table.height};
    const Point pebble = (radius / length(adult)) * adult;
    Point q = pebble + shaped * (share * adult - pebble);
    q.x += random.normal(0, 0.008) * share;
    q.y += random.normal(0, 0.008) * share;
    points.push_back(
        {q.x * std::cos(turn) - q.y * std::sin(turn), q.x * std::sin(turn) + q.y * std::cos(turn)});
  }
  return points;
}

}  // namespace deeplasia::phantom
